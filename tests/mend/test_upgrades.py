"""From every earlier schema, with an issue half sent in it, the newest one is reached whole."""

import os

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from pydantic import TypeAdapter
from sqlalchemy.engine import Connection, Engine

import subscribers.migrations
from digest.curate import vary
from digest.model import Issue, VariantContent
from digest.store import codec, fsck, migrations, variants
from digest.store.engine import make_engine, reading
from digest.store.tables import batch, delivery, issue, slot, story, variant
from subscribers.tables import consent_event, subscriber, subscription
from tests.mend.room import READERS, House

HISTORIES = (migrations, subscribers.migrations)
#: what no migration may lose
KEPT = (issue, story, slot, variant, batch, delivery, subscriber, subscription, consent_event)

CONTENT = TypeAdapter(VariantContent)
OLD = sa.table("variant", sa.column("id"), sa.column("content", sa.JSON))


def _config(history: object, connection: Connection) -> Config:
    config = history._config()  # type: ignore[attr-defined]  # either of two modules
    config.attributes["connection"] = connection
    assert isinstance(config, Config)
    return config


def _kept(connection: Connection) -> dict[str, int]:
    return {
        one.name: connection.execute(sa.select(sa.func.count()).select_from(one)).scalar_one()
        for one in KEPT
    }


def _contents(house: House, of: Issue) -> dict[int, object]:
    """Variant → all of its content, as versions before 0005 kept it."""
    with reading(house.app.engine) as connection:
        sheets = variants.sheets(connection, of.id)
        rows = connection.execute(sa.select(variant.c.id, variant.c.selection)).all()
    chosen = {row.id: codec.SELECTED.validate_python(row.selection) for row in rows}
    return {
        number: CONTENT.dump_python(vary.content(sheets[one.language], one), mode="json")
        for number, one in chosen.items()
    }


def _earlier(history: object) -> list[str]:
    """Every schema before the newest one, that first."""
    script = ScriptDirectory.from_config(history._config())  # type: ignore[attr-defined]
    return [*[one.revision for one in script.iterate_revisions("head", "0001")][1:], "0001"]


def _looked_at(revision: str, engine: Engine) -> bool:
    """On PostgreSQL, which takes longer, those whose data changes form; `make upgrades`: all."""
    every = engine.dialect.name == "sqlite" or os.environ.get("DIGEST_UPGRADES") == "all"
    return every or revision in {"0010", "0004", "0001"}


def _backwards(engine: Engine) -> Engine:
    """Alembic drops an SQLite table to drop a column of it, and with it what refers to it."""
    made = make_engine(engine.url.render_as_string(hide_password=False))
    if made.dialect.name == "sqlite":
        sa.event.listen(made, "connect", lambda one, _: one.execute("PRAGMA foreign_keys=OFF"))
    return made


def test_from_every_earlier_schema(house: House) -> None:
    """Down to each with what is there; then up again, which is taken back."""
    half_sent = house.addressed()
    house.send_batch(half_sent, 1)
    contents, engine = _contents(house, half_sent), house.app.engine
    with reading(engine) as connection:
        before = _kept(connection)
    assert before["delivery"] == READERS
    backwards = _backwards(engine)
    for history in HISTORIES:
        for revision in _earlier(history):
            with backwards.begin() as connection:
                command.downgrade(_config(history, connection), revision)
                if (history, revision) == (migrations, "0004"):
                    for number, content in contents.items():
                        told = sa.update(OLD).where(OLD.c.id == number)
                        connection.execute(told.values(content=content))
            if not _looked_at(revision, engine):
                continue
            with engine.connect() as connection, connection.begin() as transaction:
                command.upgrade(_config(history, connection), "head")
                assert _kept(connection) == before, revision
                assert fsck.check(connection) == [], revision
                transaction.rollback()
        history.migrate(engine)
    backwards.dispose()


@pytest.mark.parametrize("history", HISTORIES, ids=lambda one: one.__name__)
def test_a_rehearsal_shows_the_sql_and_changes_nothing(house: House, history: object) -> None:
    engine = house.app.engine
    with engine.begin() as connection:
        command.downgrade(_config(history, connection), "0002")
    due = history.pending(engine)  # type: ignore[attr-defined]  # either of two modules
    words = history.rehearse(engine)  # type: ignore[attr-defined]  # as above
    assert any(word.lstrip().startswith("CREATE TABLE") for word in words)
    assert due == history.pending(engine) != []  # type: ignore[attr-defined]  # as above
    made = house.app.keeper.before_migrating()
    assert made is not None
    assert made.manifest.schema[history.__name__.partition(".")[0]] == "0002"  # type: ignore[attr-defined]
    house.app.migrate(backup=False)
    assert house.app.keeper.before_migrating() is None
