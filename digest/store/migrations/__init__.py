"""The history of digest's tables. ``subscribers`` keeps its own in the same database."""

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

VERSION_TABLE = "alembic_version_digest"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "digest:store/migrations")
    return config


def migrate(engine: Engine, to: str = "head") -> None:
    """Bring digest's tables to the newest version, or from nothing up to one."""
    if to == "base":
        return
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def rehearse(engine: Engine) -> list[str]:
    """The SQL that ``migrate`` would run: it is run, and taken back."""
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
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        return context.get_current_revision()


def pending(engine: Engine) -> list[str]:
    """The migrations that ``migrate`` would run, oldest first."""
    script = ScriptDirectory.from_config(_config())
    todo = script.iterate_revisions("head", revision(engine) or "base")
    return [f"{one.revision}: {one.doc}" for one in todo][::-1]


def ours(name: str | None, kind: str, tables: sa.MetaData) -> bool:
    """Whether a table belongs to this history and not to the other package's."""
    return kind != "table" or name in tables.tables
