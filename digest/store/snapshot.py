"""One moment of a database as an SQLite file, whatever the database; nobody is kept waiting."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import Engine

from digest.errors import UnsoundError
from digest.model.backup import Summed
from digest.store import copying
from digest.store.engine import make_engine, reading, writing
from digest.store.reflected import tables_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a snapshot holds, counted in the database it was made of, at the same moment."""

    tables: Mapping[str, Summed]
    numbers: Mapping[str, int]


def take(engine: Engine, file: Path, migrate: Callable[[Engine], None]) -> Snapshot:
    """Write all that is committed now to ``file``, which must not be there yet.

    SQLite copies its pages (sqlite.org/backup.html) within a transaction that reads; of PostgreSQL
    one transaction sees one moment, and each row is written into tables that ``migrate`` makes, as
    they are there.
    """
    made = _pages(engine, file) if engine.dialect.name == "sqlite" else _rows(engine, file, migrate)
    rest(file)
    return made


def verify(file: Path, told: Mapping[str, Summed]) -> None:
    """Raise UnsoundError unless SQLite finds ``file`` sound and it holds what was told."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        try:
            (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            broken = copy.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite3.DatabaseError as error:
            found, broken = str(error), None
    if found != "ok":
        raise UnsoundError(f"the copy is damaged: {found}")
    if broken is not None:
        raise UnsoundError(f"the copy has rows in {broken[0]} that refer to nothing")
    engine = make_engine(f"sqlite:///{file}")
    try:
        with reading(engine) as connection:
            wrong = copying.differences(told, copying.summed(connection, tables_in(connection)))
    finally:
        engine.dispose()
        rest(file)
    if wrong:
        raise UnsoundError(f"the copy is not what was copied: {'; '.join(wrong)}")


def rest(file: Path) -> None:
    """Take a file that nobody has open out of the mode in which others stand beside it."""
    with closing(sqlite3.connect(file)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE").fetchone()


def _pages(engine: Engine, file: Path) -> Snapshot:
    with reading(engine) as connection:
        # The first read begins the moment; the copy is of the same transaction.
        tables = tables_in(connection)
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        with closing(sqlite3.connect(file)) as copy:
            driver.backup(copy)
        return Snapshot(
            tables=copying.summed(connection, tables),
            numbers=copying.numbers(connection, tables),
        )


def _rows(engine: Engine, file: Path, migrate: Callable[[Engine], None]) -> Snapshot:
    copy = make_engine(f"sqlite:///{file}")
    try:
        migrate(copy)
        one_moment = engine.connect().execution_options(isolation_level="REPEATABLE READ")
        with one_moment as source, source.begin(), writing(copy) as target:
            tables = tables_in(target)
            summed = copying.copy(source, target, tables)
            numbers = copying.numbers(source, tables)
            copying.go_on_after(target, tables, numbers)
    finally:
        copy.dispose()
    return Snapshot(tables=summed, numbers=numbers)
