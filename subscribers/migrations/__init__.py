"""The history of the tables of ``subscribers``, apart from the line's own in the same database."""

from typing import TYPE_CHECKING

from sqlalchemy.engine import Engine

from subscribers.tables import metadata

# Alembic is imported where it is used: most commands start without it.
if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "alembic_version_subscribers"


def migrate(engine: Engine, to: str = "head") -> None:
    """Bring the tables of ``subscribers`` to the newest version, and events to this cluster.

    ``to``: from nothing up to this version.
    """
    if to == "base":
        return
    from alembic import command

    from subscribers import feed

    config = _config()
    with engine.begin() as connection:
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
    from alembic.runtime.migration import MigrationContext

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        return context.get_current_revision()


def pending(engine: Engine) -> list[str]:
    """The migrations that ``migrate`` would run, oldest first."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(_config())
    steps = list(script.iterate_revisions("head", revision(engine) or "base"))
    return [f"{step.revision}: {step.doc}" for step in reversed(steps)]


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether Alembic is to look at this: tables of other packages are none of our business."""
    return kind != "table" or name in metadata.tables


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    # As a package path, so that it is found in an installed wheel too.
    config.set_main_option("script_location", "subscribers:migrations")
    return config
