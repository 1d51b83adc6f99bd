"""The history of digest's tables. ``subscribers`` keeps its own in the same database.

Alembic is imported where there is something to do: every command looks, few find anything.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "alembic_version_digest"


def migrate(engine: Engine, to: str = "head") -> None:
    """Bring digest's tables to the newest version, or from nothing up to one."""
    if to == "base":
        return
    with engine.begin() as connection:
        if version(connection) == head():
            return
        from alembic import command

        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def rehearse(engine: Engine) -> list[str]:
    """The SQL that ``migrate`` would run: it is run, and taken back."""
    if not pending(engine):
        return []
    from alembic import command

    config, told = _config(), list[str]()
    with engine.connect() as connection, connection.begin() as transaction:
        if engine.dialect.name == "postgresql":
            # Nobody waits long for a rehearsal.
            connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")

        @sa.event.listens_for(connection, "before_cursor_execute")
        def _hear(*heard: object) -> None:
            told.append(str(heard[2]))

        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        transaction.rollback()
    return told


def revision(engine: Engine) -> str | None:
    """The migration that the tables stand at; None: there are none yet."""
    with engine.connect() as connection:
        return version(connection)


def pending(engine: Engine) -> list[str]:
    """The migrations that ``migrate`` would run, oldest first."""
    with engine.connect() as connection:
        current = version(connection)
    if current == head():
        return []
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(_config())
    todo = script.iterate_revisions("head", current or "base")
    return [f"{revision.revision}: {revision.doc}" for revision in todo][::-1]


def head() -> str:
    """The newest revision: its file's name begins with it, and the names stand in order."""
    files = (Path(__file__).parent / "versions").glob("[0-9]*.py")
    return max(one.name.partition("_")[0] for one in files)


def version(connection: Connection) -> str | None:
    """The revision that the database is at; None: it has no tables of ours."""
    if not connection.dialect.has_table(connection, VERSION_TABLE):
        return None
    found: str | None = connection.scalar(sa.text(f"select version_num from {VERSION_TABLE}"))  # noqa: S608 - ours
    return found


def ours(name: str | None, kind: str, tables: sa.MetaData) -> bool:
    """Whether a table belongs to this history and not to the other package's."""
    return kind != "table" or name in tables.tables


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "digest:store/migrations")
    return config
