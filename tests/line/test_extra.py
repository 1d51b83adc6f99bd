"""``digest extra --segment``: at once, to who wants breaking news and is in the segments named."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.model import DeliveryState, Issue, IssueState
from digest.store.engine import reading
from digest.store.tables import batch, delivery, exclusion
from tests.line.newsroom import Folder
from tests.line.test_hours import at, change, got, sound
from tests.migrated import EVERYTHING

#: the day's issue, on a Tuesday
DUE = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOON = DUE - HOUR
CONFIG = """
[[segments]]
name = "coast"
filter = { tag = "coast" }
[[segments]]
name = "hills"
filter = { tag = "hills" }
[[segments]]
name = "club"
filter = { tag = "club" }
[[sources]]
name = "desk"
kind = "folder"
path = "desk"
[[editions]]
slug = "daily"
name = "Daily"
time = "06:00"
zone = "UTC"
segments = ["club"]
  [[editions.sections]]
  take = "latest"
"""
#: all chose an hour; two are meant, and of the others each lacks one thing
READERS = """email,hour,zone,breaking,tags,editions,consent_source
ebb@example.org,18,,yes,coast;club,daily,form
tor@example.org,8,Asia/Kolkata,yes,hills,daily,form
asleep@example.org,18,America/New_York,yes,coast,daily,form
tired@example.org,20,,yes,hills,daily,form
calm@example.org,7,,no,coast;club,daily,form
inland@example.org,7,,yes,club,daily,form
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def database(request: pytest.FixtureRequest) -> dict[str, str]:
    """The setting of a database, beside those of config.toml."""
    if request.param == "sqlite":
        return {}
    return {"database.url": request.getfixturevalue("postgres_url")(*EVERYTHING)}


@pytest.fixture
def app(database: dict[str, str], tmp_path: Path) -> App:
    """A newsroom that has one story, two hours before the day's issue."""
    told = f"title: News\nurl: https://example.org/1/\ndate: {SOON - 2 * HOUR}"
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "1.md").write_text(f"---\n{told}\n---\n\nText.\n")
    (tmp_path / "config.toml").write_text(CONFIG)
    made = App(load(tmp_path / "config.toml", database), SetClock(SOON - HOUR))
    made.migrate()
    report = made.people.import_csv(BytesIO(READERS.encode()), now=DUE - DAY, actor="test")
    assert report.added == 6
    made.tick()
    return made


def opened(app: App, database: dict[str, str], folder: Path) -> Issue:
    """The issue that the command opens for two segments."""
    words = [word for key, value in database.items() for word in ("--set", f"{key}={value}")]
    words += ["extra", "daily", "--segment", "coast", "--segment", "hills", "--reason", "a flood"]
    made = Folder(folder).json(*words, now=SOON.isoformat())
    return app.newsroom.issue(made["id"])


def test_it_waits_for_nobodys_hour(app: App, database: dict[str, str], tmp_path: Path) -> None:
    change(app, "asleep", paused_until=DUE + DAY)
    extra = opened(app, database, tmp_path)
    assert (extra.sequence, extra.scheduled_at) == (2, SOON)
    at(app, SOON, sending=False)
    # Their pause came between the audience and its batch.
    change(app, "tired", paused_until=DUE + DAY)
    at(app, SOON)
    assert app.newsroom.issue(extra.id).state is IssueState.SENT
    assert got(app) == {"ebb": [SOON], "tor": [SOON]}
    with reading(app.engine) as connection:
        asked = sa.select(exclusion.c.reason, exclusion.c.readers)
        rows = connection.execute(asked.where(exclusion.c.issue_id == extra.id)).all()
        excluded = DeliveryState.EXCLUDED.value
        late = sa.select(delivery.c.code).where(delivery.c.state == excluded)
        assert connection.scalars(late).all() == ["paused"]
        dues = sa.select(batch.c.due_at).where(batch.c.issue_id == extra.id)
        assert set(connection.scalars(dues)) == {None}
    reasons = {row.reason: row.readers for row in rows}
    assert reasons == {"outside_segments": 1, "paused": 1, "not_breaking": 1}
    sound(app)


def test_the_days_own_issue_goes_as_ever(
    app: App, database: dict[str, str], tmp_path: Path
) -> None:
    opened(app, database, tmp_path)
    for moment in (SOON, DUE - HOUR / 12, DUE, DUE + HOUR, DUE + 12 * HOUR):
        at(app, moment)
    # To the edition's own segment, at each one's hour.
    assert got(app) == {
        "ebb": [SOON, DUE + 12 * HOUR],
        **{who: [SOON] for who in ("tor", "asleep", "tired")},
        **{who: [DUE + HOUR] for who in ("calm", "inland")},
    }
    sound(app)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_segment_nobody_knows_opens_nothing(app: App, tmp_path: Path) -> None:
    before = app.newsroom.issues(9)
    words = ("extra", "daily", "--segment", "coast", "--segment", "cost")
    told = Folder(tmp_path).run(*words, now=SOON.isoformat(), expect=1).stderr
    assert "there is no segment 'cost'" in told
    assert "Known: coast, hills, club" in told
    assert app.newsroom.issues(9) == before
