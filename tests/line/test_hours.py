"""Days of an edition whose readers want it at hours of their own, or not for a while."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.errors import WrongStateError
from digest.model import DeliveryState, Issue, IssueState
from digest.steps import control
from digest.steps.fsck import fsck
from digest.steps.share import BatchWorker
from digest.store import ledger
from digest.store.engine import reading
from digest.store.tables import batch, delivery, exclusion
from subscribers.tables import subscriber
from tests.line.newsroom import Folder
from tests.line.test_frequency import told
from tests.migrated import EVERYTHING

#: a Tuesday
FIRST = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CONFIG = """
[[sources]]
name = "desk"
kind = "folder"
path = "desk"
[[editions]]
slug = "daily"
name = "Daily"
time = "06:00"
zone = "UTC"
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
  [[editions.sections]]
  take = "latest"
"""
#: by UTC: at once, at once, 06:00, 18:00, 23:00 in winter, 02:30 of the next day, 05:00 of it
READERS = """email,hour,zone,editions,consent_source
now@example.org,,,daily,form
zoned@example.org,,Asia/Kolkata,daily,form
six@example.org,6,,daily,form
evening@example.org,18,,daily,form
york@example.org,18,America/New_York,daily,form
kolkata@example.org,8,asia/kolkata,daily,form
five@example.org,5,UTC,daily,form
"""
LATER = {
    "evening": FIRST + 12 * HOUR,
    "york": FIRST + 17 * HOUR,
    "kolkata": FIRST + 20.5 * HOUR,
    "five": FIRST + 23 * HOUR,
}
AT_ONCE = {"now", "zoned", "six"}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> App:
    """A newsroom before its first issue."""
    (tmp_path / "desk").mkdir()
    (tmp_path / "config.toml").write_text(CONFIG)
    given = {}
    if request.param == "postgres":
        given["database.url"] = request.getfixturevalue("postgres_url")(*EVERYTHING)
    made = App(load(tmp_path / "config.toml", given), SetClock(FIRST - 3 * HOUR))
    made.migrate()
    report = made.people.import_csv(BytesIO(READERS.encode()), now=FIRST - DAY, actor="test")
    assert report.added == 7
    made.tick()
    return made


only_sqlite = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def story(app: App, folder: Path, number: int) -> None:
    """One a day, an hour before that day's issue."""
    del app
    due = FIRST + number * DAY
    head = f"title: Story {number}\ndate: {due - HOUR}\nurl: https://example.org/{number}/"
    (folder / "desk" / f"{number}.md").write_text(f"---\n{head}\n---\n\nText.\n")


def at(app: App, moment: datetime, *, sending: bool = True) -> None:
    assert isinstance(app.clock, SetClock)
    app.clock.at = moment
    app.tick(sending=sending)


def through(app: App, folder: Path, days: int) -> None:
    """Let days pass, with a look at each hour that matters and at some between."""
    for day in range(days):
        story(app, folder, day)
        for moment in sorted([FIRST - HOUR / 12, FIRST, FIRST + 11 * HOUR, *LATER.values()]):
            at(app, moment + day * DAY)


def got(app: App) -> dict[str, list[datetime]]:
    """Reader → when their mails say that they were sent."""
    found: dict[str, list[datetime]] = {}
    for file in app.settings.sending.outbox.glob("*/*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        who = str(mail["To"].addresses[0].username)
        found.setdefault(who, []).append(mail["Date"].datetime)
    return {who: sorted(times) for who, times in found.items()}


def issue_of(app: App, day: int) -> Issue:
    (found,) = (
        one
        for one in app.newsroom.issues(50)
        if one.local_date == (FIRST + day * DAY).date() and one.sequence == 1
    )
    return found


def counts(app: App, issue: Issue) -> dict[str, int]:
    return {state.value: count for state, count in app.newsroom.progress(issue).items()}


def change(app: App, who: str, **values: object) -> None:
    with app.engine.begin() as connection:
        known = connection.execute(
            sa.update(subscriber).where(subscriber.c.email.like(f"{who}@%")).values(values)
        )
        assert known.rowcount == 1


def sound(app: App) -> None:
    assert fsck(app.parts) == []


def test_days_with_readers_of_many_hours(app: App, tmp_path: Path) -> None:
    through(app, tmp_path, days=3)
    found = got(app)
    for who in AT_ONCE:
        assert found[who] == [FIRST, FIRST + DAY, FIRST + 2 * DAY], who
    for who, first in LATER.items():
        assert found[who] == [first, first + DAY, first + 2 * DAY], who
    # Everybody got each day's story once, whenever it reached them.
    for who in (*AT_ONCE, *LATER):
        assert told(app, who) == [[0], [1], [2]], who
    for day in range(3):
        assert issue_of(app, day).sent_at == LATER["five"] + day * DAY
    sound(app)


def test_the_next_issue_waits_for_nobodys_hour(app: App, tmp_path: Path) -> None:
    story(app, tmp_path, 0)
    at(app, FIRST - HOUR / 12)
    at(app, FIRST)
    first = issue_of(app, 0)
    assert first.state is IssueState.SENDING
    assert counts(app, first) == {"accepted": 3, "planned": 4}
    assert app.newsroom.rests_until(first) == LATER["evening"]
    story(app, tmp_path, 1)
    at(app, FIRST + HOUR)
    coming, content = app.newsroom.next_issue("daily")
    assert coming.local_date == first.local_date + DAY
    assert coming.window_from == first.window_to
    assert [card.headline for card in content.cards] == ["Story 1"], "what went counts as sent"
    # Nobody runs anything until the next is due: both go, those past their own send-by do not.
    at(app, FIRST + DAY)
    assert counts(app, issue_of(app, 0)) == {"accepted": 4, "expired": 3}
    assert issue_of(app, 0).state is IssueState.SENT
    assert issue_of(app, 1).state is IssueState.SENDING
    assert set(got(app)) == AT_ONCE | {"five"}
    # What did not reach them comes with their next.
    at(app, LATER["evening"] + DAY)
    assert told(app, "evening") == [[1, 0]]
    assert told(app, "now") == [[0], [1]]
    sound(app)


def test_send_by_counts_from_each_hour(app: App, tmp_path: Path) -> None:
    story(app, tmp_path, 0)
    at(app, FIRST - HOUR / 12)
    at(app, FIRST)
    at(app, LATER["evening"] + 89 * HOUR / 60)
    assert counts(app, issue_of(app, 0)) == {"accepted": 4, "planned": 3}
    at(app, LATER["york"] + 90 * HOUR / 60)
    assert counts(app, issue_of(app, 0)) == {"accepted": 4, "expired": 1, "planned": 2}
    at(app, LATER["five"])
    assert counts(app, issue_of(app, 0)) == {"accepted": 5, "expired": 2}
    assert issue_of(app, 0).state is IssueState.SENT
    sound(app)


def test_a_pause_holds_back_what_was_frozen_and_ends_by_itself(app: App, tmp_path: Path) -> None:
    through(app, tmp_path, 1)
    change(app, "now", paused_until=FIRST + 1.5 * DAY)
    story(app, tmp_path, 1)
    at(app, FIRST + DAY - HOUR / 12)
    at(app, FIRST + DAY)
    issue = issue_of(app, 1)
    with reading(app.engine) as connection:
        left = connection.execute(sa.select(exclusion.c.reason, exclusion.c.readers)).all()
    assert [tuple(one) for one in left] == [("paused", 1)]
    change(app, "evening", paused_until=LATER["evening"] + DAY + HOUR)
    change(app, "york", paused_until=LATER["york"] + DAY)
    for moment in LATER.values():
        at(app, moment + DAY)
    with reading(app.engine) as connection:
        why = connection.scalars(
            sa.select(delivery.c.code).where(
                delivery.c.issue_id == issue.id,
                delivery.c.state == DeliveryState.EXCLUDED.value,
            )
        ).all()
    assert why == ["paused"]
    assert len(got(app)["york"]) == 2, "their pause was over as it was claimed"
    story(app, tmp_path, 2)
    at(app, FIRST + 2 * DAY - HOUR / 12)
    at(app, FIRST + 2 * DAY)
    at(app, LATER["evening"] + 2 * DAY)
    assert told(app, "evening") == [[0], [2, 1]]
    assert told(app, "now") == [[0], [2, 1]]
    sound(app)


def test_paused_stopped_and_resumed_as_ever(app: App, tmp_path: Path) -> None:
    story(app, tmp_path, 0)
    at(app, FIRST - HOUR / 12)
    at(app, FIRST)
    control.pause(app.parts, issue_of(app, 0), "desk")
    at(app, LATER["evening"])
    assert "evening" not in got(app)
    assert isinstance(app.clock, SetClock)
    app.clock.at = LATER["evening"] + 2 * HOUR
    with pytest.raises(WrongStateError, match="past its send-by"):
        control.resume(app.parts, issue_of(app, 0), "desk")
    control.resume(app.parts, issue_of(app, 0), "desk", late=True)
    at(app, app.clock.at)
    assert "evening" in got(app)
    assert "york" not in got(app), "nobody gets it before their hour"
    control.pause(app.parts, issue_of(app, 0), "desk")
    # Nothing of it is late: what is left is due later.
    control.resume(app.parts, issue_of(app, 0), "desk")
    control.stop(app.parts, issue_of(app, 0), "desk")
    assert issue_of(app, 0).state is IssueState.SENT
    assert counts(app, issue_of(app, 0)) == {"accepted": 4, "expired": 3}
    sound(app)


def test_workers_send_each_batch_at_its_hour(app: App, tmp_path: Path) -> None:
    story(app, tmp_path, 0)
    at(app, FIRST - HOUR / 12, sending=False)

    def work() -> None:
        do = BatchWorker(app.parts)
        with reading(app.engine) as connection:
            found = connection.execute(sa.select(batch.c.issue_id, batch.c.number)).all()
        for one in found:
            do(one.issue_id, one.number)

    for moment, reached in ((FIRST, 3), *zip(LATER.values(), range(4, 8), strict=True)):
        at(app, moment, sending=False)
        work()
        assert counts(app, issue_of(app, 0)).get("accepted") == reached
    assert issue_of(app, 0).state is IssueState.SENT
    assert {who: times[0] for who, times in got(app).items() if who in LATER} == LATER
    sound(app)


def test_breaking_news_wait_for_no_hour(app: App, tmp_path: Path) -> None:
    for who in ("evening", "york"):
        change(app, who, breaking=True)
    change(app, "york", paused_until=FIRST + DAY)
    story(app, tmp_path, 0)
    at(app, FIRST - HOUR)
    extra = app.newsroom.open_extra("daily", None, "desk")
    at(app, FIRST - HOUR)
    extra = app.newsroom.issue(extra.id)
    assert extra.state is IssueState.SENT
    assert got(app) == {"evening": [FIRST - HOUR]}
    with reading(app.engine) as connection:
        left = connection.execute(
            sa.select(exclusion.c.reason, exclusion.c.readers)
            .where(exclusion.c.issue_id == extra.id)
            .order_by(exclusion.c.reason)
        ).all()
    assert [tuple(one) for one in left] == [("not_breaking", 5), ("paused", 1)]
    # The day's own is as if there had been none.
    at(app, FIRST - HOUR / 12)
    at(app, FIRST)
    at(app, LATER["evening"])
    assert told(app, "now") == [[0]]
    assert got(app)["evening"] == [FIRST - HOUR, LATER["evening"]]
    sound(app)


@only_sqlite
def test_the_commands_tell_of_hours(app: App, tmp_path: Path) -> None:
    change(app, "york", paused_until=FIRST + 9 * DAY, breaking=True)
    story(app, tmp_path, 0)
    folder = Folder(tmp_path)
    at(app, FIRST - HOUR / 12)
    soon = (FIRST - HOUR / 12).isoformat()
    plan = folder.run("send", "daily", "--dry-run", now=soon).stdout
    assert "1 of them at 2026-11-24 18:00 UTC, their readers’ hour" in plan
    assert "TOO LATE" not in plan
    at(app, FIRST)
    shown = folder.run("show", str(issue_of(app, 0).id), now=FIRST.isoformat()).stdout
    assert "the rest goes at its readers’ hours, the next at 2026-11-24 18:00 UTC" in shown
    why = folder.run("subscribers", "why", "york@example.org", now=FIRST.isoformat()).stdout
    assert "gets it at 18:00, America/New_York; issues outside the schedule" in why
    assert "paused until 2026-12-03 06:00 UTC: gets nothing before" in why
    opened = folder.run("extra", "daily", "--reason", "a flood", now=FIRST.isoformat()).stdout
    assert re.search(r"issue \d+ of daily, due Tue 24 Nov, 06:00 UTC", opened)


def test_batches_come_by_their_hour(app: App, tmp_path: Path) -> None:
    story(app, tmp_path, 0)
    at(app, FIRST - HOUR / 12)
    at(app, FIRST)
    with reading(app.engine) as connection:
        rows = connection.execute(sa.select(batch).order_by(batch.c.number)).all()
        assert [row.due_at for row in rows] == [None, *LATER.values()]
        assert [row.not_before for row in rows] == [None, *LATER.values()]
        assert ledger.next_at(connection, issue_of(app, 0).id) == LATER["evening"]
