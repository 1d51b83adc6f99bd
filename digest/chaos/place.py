"""An empty database for each round: an SQLite file, or a schema of its own on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from digest.store.engine import make_engine, writing

#: what our schemas' names begin with; nothing else on the server is touched
PREFIX = "digest_chaos_"


@contextmanager
def database(url: str | None, folder: Path, name: str) -> Iterator[str]:
    """The URL of an empty database, gone when the block ends. ``url``: the server to use."""
    parsed = make_url(url or "sqlite://")
    if parsed.get_backend_name() != "postgresql":
        # The folder goes with its round.
        yield f"sqlite:///{folder / 'digest.sqlite3'}"
        return
    schema = f"{PREFIX}{name}"
    engine = make_engine(parsed.render_as_string(hide_password=False))
    try:
        with writing(engine) as connection:
            connection.execute(sa.schema.CreateSchema(schema))
        engine.dispose()
        options = parsed.update_query_dict({"options": f"-csearch_path={schema}"})
        try:
            yield options.render_as_string(hide_password=False)
        finally:
            with writing(engine) as connection:
                connection.execute(sa.schema.DropSchema(schema, cascade=True))
    finally:
        engine.dispose()
