"""Procrastinate's own tables: a migration step of their own, beside our Alembic histories.

It ships one file for a new database and one for each change; which changes a database has is
written down here, in ``queue_migration``.
"""

from importlib import resources
from importlib.resources.abc import Traversable
from importlib.util import find_spec

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

#: which of Procrastinate's changes this database has
done = sa.Table(
    "queue_migration", sa.MetaData(), sa.Column("name", sa.String(200), primary_key=True)
)


def used(engine: Engine) -> bool:
    """Whether this database has Procrastinate's queue: PostgreSQL, and the package is there."""
    return engine.dialect.name == "postgresql" and find_spec("procrastinate") is not None


def pending(engine: Engine) -> list[str]:
    """What ``migrate`` would do."""
    if not used(engine):
        return []
    with engine.connect() as connection:
        if not _has(connection, "procrastinate_jobs"):
            return ["procrastinate: its tables"]
        known = _known(connection)
    return [f"procrastinate: {name}" for name in _changes() if name not in known]


def migrate(engine: Engine) -> None:
    """Bring Procrastinate's tables to the version that is installed; on SQLite do nothing."""
    if not used(engine):
        return
    with engine.begin() as connection:
        done.create(connection, checkfirst=True)
        changes, known = _changes(), _known(connection)
        if not _has(connection, "procrastinate_jobs"):
            _run(connection, resources.files("procrastinate.sql") / "schema.sql")
        elif known:
            for name in sorted(changes.keys() - known):
                _run(connection, changes[name])
        # Tables made by somebody else's Procrastinate are theirs to keep up to date.
        if new := [{"name": name} for name in changes if name not in known]:
            connection.execute(sa.insert(done), new)


def _changes() -> dict[str, Traversable]:
    files = (resources.files("procrastinate.sql") / "migrations").iterdir()
    return {one.name: one for one in sorted(files, key=lambda one: one.name) if ".sql" in one.name}


def _has(connection: Connection, table: str) -> bool:
    return connection.scalar(sa.select(sa.func.to_regclass(table))) is not None


def _known(connection: Connection) -> set[str]:
    if not _has(connection, done.name):
        return set()
    return set(connection.scalars(sa.select(done.c.name)))


def _run(connection: Connection, file: Traversable) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None, "a connection that is in use has its driver's"
    driver.execute(file.read_text("utf-8"))
