"""From SQLite to PostgreSQL with an issue half sent: it goes on there, and only there."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from digest.errors import StrangerError, WrongStateError
from digest.steps.fsck import fsck
from digest.store import copying
from digest.store.engine import make_engine, reading, writing
from digest.store.tables import story
from tests.mend.room import READERS, furnish


def _nothing(_table: str, _rows: int) -> None:
    """Nobody watches."""


@pytest.mark.part("postgres")
def test_it_goes_on_there_and_only_there(tmp_path: Path, postgres_url: Callable[[], str]) -> None:
    here, url = furnish(tmp_path), postgres_url()
    issue = here.addressed()
    here.send_batch(issue, 1)
    # One that PostgreSQL cannot hold: nothing comes over, and this one goes on.
    with writing(here.app.engine) as connection:
        kept = connection.scalar(sa.select(sa.func.min(story.c.id)))
        headline = connection.scalar(sa.select(story.c.headline).where(story.c.id == kept))
        spoilt = sa.update(story).where(story.c.id == kept)
        connection.execute(spoilt.values(headline="a\x00b"))
    with pytest.raises(Exception, match=r"NUL|0x00"):
        here.app.keeper.move(url, _nothing)
    here.send_batch(issue, 2)
    with writing(here.app.engine) as connection:
        connection.execute(spoilt.values(headline=headline))

    moved = here.app.keeper.move(url, _nothing)
    assert moved.tables["subscriber"].rows == READERS
    with pytest.raises(StrangerError, match="moved to PostgreSQL"):
        here.send(issue)
    there = here.again(url)
    there.app.migrate()
    tables = there.app.keeper.keeping.tables
    with reading(there.app.engine) as connection:
        now = copying.summed(connection, [one for one in tables if one.name in moved.tables])
    # It was adopted there since.
    (differs,) = copying.differences(dict(moved.tables), now)
    assert differs.startswith("installation has")
    there.send(issue)
    assert there.provider.taken == dict.fromkeys(range(1, READERS + 1), 1)
    assert fsck(there.parts) == []
    assert there.app.add_subscriber("new@example.org", frozenset({"daily"}), "form", "") > READERS

    old = here.again("")
    with pytest.raises(WrongStateError, match="there is a database already"):
        old.app.keeper.move(url, _nothing)
    assert old.app.keeper.back("Ines")
    assert old.app.installation.why_not() == ""
    old.app.engine.dispose()
    there.app.engine.dispose()


def test_only_to_postgresql(tmp_path: Path) -> None:
    here = furnish(tmp_path)
    with pytest.raises(ValueError, match="postgresql://"):
        here.app.keeper.move(f"sqlite:///{tmp_path}/other.sqlite3", _nothing)
    here.app.engine.dispose()


def test_json_and_sql_null_stay_apart(tmp_path: Path) -> None:
    """A copy holds what the original does, to the byte."""
    table = sa.Table(
        "told",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("j", sa.JSON),
    )
    one, two = (make_engine(f"sqlite:///{tmp_path}/{name}") for name in ("one", "two"))
    for engine in (one, two):
        with writing(engine) as connection:
            table.create(connection)
    with writing(one) as connection:
        connection.exec_driver_sql(
            "INSERT INTO told VALUES (1, NULL), (2, 'null'), (3, '{\"a\":  1.0}')"
        )
    with reading(one) as source, writing(two) as target:
        was = copying.copy(source, target, [table])
        assert copying.differences(was, copying.summed(target, [table])) == []
        rows = target.exec_driver_sql("SELECT j FROM told ORDER BY id").scalars().all()
    assert rows == [None, "null", '{"a":  1.0}']
    for engine in (one, two):
        engine.dispose()
