"""Where a database stands: taken by a copy in one step, with what was there put aside.

An SQLite file changes its name. On PostgreSQL the copy is written into a schema of its own, and one
transaction exchanges the tables of the two.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from digest.errors import UnsoundError, WrongStateError
from digest.model.backup import Summed
from digest.store import copying
from digest.store.alone import alone
from digest.store.copying import Told
from digest.store.engine import make_engine, reading, writing

#: tables that Alembic keeps, beside those that we declare
VERSIONS = ("alembic_version_digest", "alembic_version_subscribers")
NOT_EMPTY = "there is a database already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What took a database's place."""

    tables: Mapping[str, Summed]
    #: the schema that holds what was there before; empty: there was nothing
    aside: str


def beside(engine: Engine, folder: Path) -> Path:
    """A folder from which a file can take the database's place by a change of its name."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name:
        return folder
    parent = Path(name).parent
    parent.mkdir(parents=True, exist_ok=True)
    return parent


@contextmanager
def held(engine: Engine, tables: Sequence[sa.Table], *, replace: bool) -> Iterator[None]:
    """Keep a `digest run` away while the block lasts. Raises WrongStateError where rows are."""
    with alone(engine):
        if not replace and (names := _filled(engine, tables)):
            raise WrongStateError(
                f"{NOT_EMPTY}: {', '.join(names[:3])} hold rows",
                hint="--replace puts it aside, nothing of it is lost",
            )
        yield


def put(
    engine: Engine,
    copy: Path,
    tables: Sequence[sa.Table],
    migrate: Callable[[Engine], None],
    stamp: str,
) -> str:
    """Have the SQLite file ``copy`` take the database's place; where the old one is now, if any."""
    if engine.dialect.name == "sqlite":
        return _rename(engine, copy, stamp)
    source = make_engine(f"sqlite:///{copy}")
    try:
        with reading(source) as connection:
            return fill(engine, connection, tables, migrate, stamp).aside
    finally:
        source.dispose()


def fill(
    engine: Engine,
    source: Connection,
    tables: Sequence[sa.Table],
    migrate: Callable[[Engine], None],
    stamp: str,
    told: Told = lambda _table, _rows: None,
    *,
    apart: frozenset[str] = frozenset(),
) -> Filled:
    """Have all that ``source`` holds take a PostgreSQL database's place, or change nothing.

    Compared row by row before it does. ``apart``: tables that begin empty. Raises UnsoundError.
    """
    making, aside = f"restoring_{stamp.lower()}", f"replaced_{stamp.lower()}"
    with writing(engine) as connection:
        connection.exec_driver_sql(f'CREATE SCHEMA "{making}"')
    fresh = _within(engine, making)
    try:
        migrate(fresh)
        with writing(fresh) as target:
            made = set(copying.filled(target, tables))
            # What a migration wrote by itself comes from the source too.
            for table in [one for one in reversed(tables) if one.name in made]:
                target.execute(sa.delete(table))
            some = [table for table in tables if table.name not in apart]
            was = copying.copy(source, target, some, told)
            copying.go_on_after(target, some, copying.numbers(source, some))
            _compare(was, copying.summed(target, some))
        fresh.dispose()
        return Filled(tables=was, aside=_exchange(engine, tables, making, aside))
    except BaseException:
        fresh.dispose()
        with writing(engine) as connection:
            connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{making}" CASCADE')
        raise


def _compare(was: dict[str, Summed], now: dict[str, Summed]) -> None:
    if wrong := copying.differences(was, now):
        raise UnsoundError(f"the copy is not what was copied: {'; '.join(wrong)}")


def _within(engine: Engine, schema: str) -> Engine:
    """The same database, with tables looked for and made in this schema alone."""
    before = engine.url.query.get("options", "")
    options = f"{before if isinstance(before, str) else ' '.join(before)} -csearch_path={schema}"
    url = engine.url.update_query_dict({"options": options.strip()})
    return make_engine(url.render_as_string(hide_password=False))


def _exchange(engine: Engine, tables: Sequence[sa.Table], making: str, aside: str) -> str:
    """Put the old tables aside and the new ones in their place, in one transaction."""
    names = [*VERSIONS, *(table.name for table in tables)]
    with writing(engine) as connection:
        schema = connection.scalar(sa.select(sa.func.current_schema()))
        there = set(sa.inspect(connection).get_table_names(schema=schema))
        kept = bool(copying.filled(connection, [one for one in tables if one.name in there]))
        # Triggers call functions, which stand in a schema too.
        functions = _functions(connection, making)
        old = [
            *(f'TABLE "{schema}"."{name}"' for name in names if name in there),
            *(
                f"FUNCTION {told}"
                for name, told in _functions(connection, str(schema)).items()
                if name in functions
            ),
        ]
        if kept:
            connection.exec_driver_sql(f'CREATE SCHEMA "{aside}"')
        for one in old:
            words = f'ALTER {one} SET SCHEMA "{aside}"' if kept else f"DROP {one} CASCADE"
            connection.exec_driver_sql(words)
        for name in names:
            connection.exec_driver_sql(f'ALTER TABLE "{making}"."{name}" SET SCHEMA "{schema}"')
        for told in functions.values():
            connection.exec_driver_sql(f'ALTER FUNCTION {told} SET SCHEMA "{schema}"')
        connection.exec_driver_sql(f'DROP SCHEMA "{making}"')
    return f"schema {aside}" if kept else ""


def _functions(connection: Connection, schema: str) -> dict[str, str]:
    """Name with arguments → the same in full, of the functions in a schema."""
    rows = connection.execute(
        sa.text(
            "SELECT proname || '(' || pg_get_function_identity_arguments(oid) || ')' AS name"
            " FROM pg_proc WHERE pronamespace = CAST(quote_ident(:schema) AS regnamespace)"
        ),
        {"schema": schema},
    )
    return {row.name: f'"{schema}".{row.name}' for row in rows}


def _filled(engine: Engine, tables: Sequence[sa.Table]) -> list[str]:
    name = engine.url.database
    if engine.dialect.name == "sqlite" and name and not Path(name).exists():
        return []
    try:
        with reading(engine) as connection:
            return copying.filled(connection, tables)
    except sa.exc.DatabaseError:
        # It cannot even be read: nothing is to be lost by looking away, so it is put aside.
        return ["it is damaged, or it"]


def _rename(engine: Engine, copy: Path, stamp: str) -> str:
    name = engine.url.database
    assert name, "a file"
    file, aside = Path(name), ""
    engine.dispose()
    if file.exists() and file.stat().st_size:
        kept = file.with_name(f"{file.name}.replaced-{stamp}")
        # With the log beside it, which holds what was committed last.
        for ending in ("-wal", "-shm", ""):
            one = Path(f"{name}{ending}")
            if one.exists():
                one.rename(f"{kept}{ending}")
        aside = str(kept)
    copy.replace(file)
    descriptor = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return aside
