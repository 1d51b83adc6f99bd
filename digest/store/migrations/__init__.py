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


def migrate(engine: Engine) -> None:
    """Bring digest's tables to the newest version."""
    with engine.begin() as connection:
        if version(connection) == head():
            return
        from alembic import command

        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


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
