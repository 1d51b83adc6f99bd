"""The database: SQLite by default, PostgreSQL by URL."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

#: how long a writer waits for another one, in milliseconds
BUSY_TIMEOUT = 15_000
#: what processes that want to migrate hold in turn: any number that nobody else uses
MIGRATING = 0x64696765


def make_engine(url: str) -> Engine:
    """An engine for ``url``; the folder of an SQLite file is made if it is missing."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return sa.create_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=10
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(parsed)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, record: object) -> None:
    del record
    # None: the driver must not begin transactions of its own; _begin_sqlite does.
    connection.isolation_level = None
    if connection.execute("PRAGMA page_count").fetchone() == (0,):
        # Of a new file only: room that retention leaves can be given back bit by bit (tidy.py).
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    for pragma in (
        "journal_mode=WAL",
        # FULL: a committed claim survives power loss, not only a killed process.
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the write lock at once: a transaction that first reads and then writes
    # could otherwise find its snapshot stale and fail in the middle.
    reading = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def one_at_a_time(engine: Engine) -> Iterator[None]:
    """Let no two processes bring tables up to date at once; on SQLite there is one writer."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.begin() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATING)))
        yield


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads and keeps no writer waiting."""
    with engine.connect().execution_options(read_only=True) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: commits at the end, rolls back on an error."""
    with engine.begin() as connection:
        yield connection


def insert_new(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; where one's key is there already, leave that as it is."""
    connection.execute(inserting(connection, table).on_conflict_do_nothing(), rows)


def inserting(connection: Connection, table: sa.Table) -> "postgresql.Insert | sqlite.Insert":
    """The database's own INSERT, which knows ON CONFLICT."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


def insert_one(connection: Connection, table: sa.Table, row: Mapping[str, Any]) -> bool:
    """Insert a row; False where its key is there already, which is left as it is."""
    insert = inserting(connection, table).values(row).on_conflict_do_nothing()
    # What comes back is told by both databases; how many rows were inserted is not.
    return connection.execute(insert.returning(*table.primary_key)).first() is not None
