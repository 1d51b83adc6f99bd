"""The history of the tables of ``subscribers``, apart from the line's own in the same database."""

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

# Alembic, and the tables, are imported where they are used: most commands start without them.
if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "alembic_version_subscribers"


def migrate(engine: Engine, to: str = "head") -> None:
    """Bring the tables of ``subscribers`` to the newest version, and events to this cluster.

    ``to``: from nothing up to this version.
    """
    if to == "base":
        return
    with engine.begin() as connection:
        newest = version(connection) == head()
        if newest and connection.dialect.name != "postgresql":
            return
        from subscribers import feed

        if not newest:
            from alembic import command

            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, to)
        feed.adopt(connection)


def rehearse(engine: Engine) -> list[str]:
    """The SQL that ``migrate`` would run: it is run, and taken back."""
    import sqlalchemy as sa
    from alembic import command

    if not pending(engine):
        return []
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
    steps = list(script.iterate_revisions("head", current or "base"))
    return [f"{step.revision}: {step.doc}" for step in reversed(steps)]


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


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether Alembic is to look at this: tables of other packages are none of our business."""
    from subscribers.tables import metadata

    return kind != "table" or name in metadata.tables


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    # As a package path, so that it is found in an installed wheel too.
    config.set_main_option("script_location", "subscribers:migrations")
    return config
