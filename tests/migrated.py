"""Databases whose tables are there already: a history is migrated once a run, then copied."""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from sqlalchemy.engine import Engine

import subscribers
from digest.deliver.queues import schema
from digest.store import migrations
from digest.store.engine import make_engine

#: brings the tables of one package to the newest version
History = Callable[[Engine], None]
#: what ``App.migrate`` brings up to date
EVERYTHING = (migrations.migrate, subscribers.migrate, schema.migrate)


def sqlite_url(file: Path, *histories: History) -> str:
    """The URL of a new SQLite file with the tables of these histories."""
    file.write_bytes(_model(histories))
    return f"sqlite:///{file}"


@cache
def _model(histories: tuple[History, ...]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.sqlite3"
        fill(f"sqlite:///{file}", histories)
        return file.read_bytes()


def fill(url: str, histories: tuple[History, ...]) -> None:
    """Migrate a database and leave it."""
    engine = make_engine(url)
    for migrate in histories:
        migrate(engine)
    engine.dispose()
