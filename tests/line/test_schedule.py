"""Schedules over time: changed, paused, long out, walked by two, or by a bad clock."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.errors import ConfigError, InvalidError, WrongStateError
from digest.later import Later
from digest.schedule.jump import Watch
from digest.steps import edition_pause
from digest.steps.alerts import LETTER
from digest.store import letters
from digest.store.engine import reading
from digest.store.watch_tables import alert
from tests.migrated import EVERYTHING

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
#: a Tuesday
FIRST = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
CONFIG = """
[[sources]]
name = "desk"
kind = "folder"
path = "desk"
[[editions]]
slug = "daily"
name = "Daily"
SCHEDULE
  [[editions.sections]]
  take = "latest"
  maximum = 10
"""
STORY = re.compile(r"Story (\d+)")
PEOPLE = b"email,editions,consent_source\none@example.org,daily,form\n"


def story_file(folder: Path, day: int) -> None:
    """The story of a day, published at five."""
    head = f"title: Story {day}\ndate: {FIRST + day * DAY - HOUR}\nurl: https://example.org/{day}/"
    (folder / "desk" / f"{day}.md").write_text(f"---\n{head}\n---\n\nText.\n")


class Room:
    """A newsroom whose config.toml changes between its runs, with a story each day at five."""

    def __init__(self, folder: Path, schedule: str = "", **given: str) -> None:
        self.folder, self.given = folder, given
        (folder / "desk").mkdir()
        self.app = self.configured(schedule)
        self.app.migrate()
        self.app.people.import_csv(BytesIO(PEOPLE), now=FIRST - DAY, actor="test")

    def configured(self, schedule: str) -> App:
        """Another run, by this schedule."""
        (self.folder / "config.toml").write_text(CONFIG.replace("SCHEDULE", schedule))
        self.app = App(load(self.folder / "config.toml", self.given), SetClock(FIRST))
        return self.app

    def publish(self, day: int) -> None:
        """The story of a day."""
        story_file(self.folder, day)

    def at(self, moment: datetime) -> None:
        """Let the scheduler look at the clock."""
        assert isinstance(self.app.clock, SetClock)
        self.app.clock.at = moment
        self.app.tick()

    def states(self) -> dict[str, str]:
        """Local date → state, in order."""
        found = sorted(self.app.newsroom.issues(50), key=lambda one: one.local_date)
        return {f"{one.local_date:%m-%d}": one.state.value for one in found}

    def due(self) -> dict[str, str]:
        """Local date → when its issue is due, by UTC."""
        found = sorted(self.app.newsroom.issues(50), key=lambda one: one.local_date)
        return {f"{one.local_date:%m-%d}": f"{one.scheduled_at:%m-%d %H:%M}" for one in found}

    def sent(self) -> list[list[int]]:
        """The numbers of the stories in each mail, in the order of their dates."""
        found = sorted(self.app.newsroom.issues(50), key=lambda one: one.local_date)
        folders = [self.app.settings.sending.outbox / str(one.id) for one in found]
        mails = [
            message_from_bytes(file.read_bytes(), policy=default).get_body(("plain",))
            for one in folders
            for file in one.glob("*.eml")
        ]
        texts = [one.get_content() for one in mails if one is not None]
        return [sorted({int(number) for number in STORY.findall(text)}) for text in texts]

    def stories(self) -> list[int]:
        """All that went, as often as it did."""
        return sorted(number for one in self.sent() for number in one)

    def alerts(self) -> list[str]:
        """What was told, of issues and beside them."""
        with reading(self.app.engine) as connection:
            of_issues = connection.scalars(sa.select(alert.c.kind)).all()
            return sorted([*letters.served(connection, LETTER, FIRST), *of_issues])


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Room:
    given = {}
    if request.param == "postgres":
        given["database.url"] = request.getfixturevalue("postgres_url")(*EVERYTHING)
    return Room(tmp_path, **given)


def test_an_issue_that_is_open_follows_its_schedule(room: Room) -> None:
    room.publish(0)
    room.at(FIRST - DAY)
    assert room.due() == {"11-24": "11-24 06:00"}
    room.configured('time = "09:30"\nzone = "Europe/Berlin"')
    room.at(FIRST - DAY + HOUR)
    assert room.due()["11-24"] == "11-24 08:30"
    room.at(FIRST)
    assert room.states()["11-24"] == "drafting"
    room.at(FIRST + 2.5 * HOUR)
    assert room.states()["11-24"] == "sent"
    # Back again, after it went: its date had its issue.
    room.configured("")
    room.at(FIRST + 3 * HOUR)
    room.at(FIRST + 4 * HOUR)
    assert list(room.due()).count("11-24") == 1
    assert room.due()["11-25"] == "11-25 06:00"


def test_a_time_that_is_over_takes_no_issue_away(tmp_path: Path) -> None:
    room = Room(tmp_path, 'time = "18:00"')
    room.publish(0)
    room.at(FIRST - 2 * HOUR)
    room.configured('time = "06:00"')
    room.at(FIRST + 6 * HOUR)
    assert room.due()["11-24"] == "11-24 18:00"
    assert room.due()["11-25"] == "11-25 06:00"
    room.at(FIRST + 12 * HOUR)
    assert room.states()["11-24"] == "sent"


def test_more_days_bring_no_burst_and_none_is_lost(tmp_path: Path) -> None:
    room = Room(tmp_path, 'weekdays = ["mon", "sat"]')
    room.publish(0)
    room.at(FIRST)
    assert list(room.states()) == ["11-28"], "the next one is open, four days ahead"
    room.configured("")
    room.at(FIRST + HOUR)
    assert list(room.states()) == ["11-25", "11-28"], "nothing is owed for days that are over"
    for day in range(1, 6):
        room.publish(day)
        room.at(FIRST + day * DAY - 10 * MINUTE)
        room.at(FIRST + day * DAY)
    assert {state for day, state in room.states().items() if day <= "11-29"} == {"sent"}
    assert room.stories() == [0, 1, 2, 3, 4, 5]
    # Fewer days: what nobody worked on is closed again.
    room.configured('weekdays = ["wed"]')
    room.at(FIRST + 5 * DAY + HOUR)
    assert list(room.states())[-1] == "12-02"
    assert "11-30" not in room.states()


def test_after_a_long_outage_one_issue_and_one_alert(room: Room) -> None:
    room.publish(0)
    room.at(FIRST - HOUR)
    room.at(FIRST)
    for day in range(1, 7):
        room.publish(day)
    # Nothing runs for five days; then it is noon.
    room.at(FIRST + 5 * DAY + 6 * HOUR)
    missed = [f"11-{day}" for day in (25, 26, 27, 28, 29)]
    assert [room.states()[day] for day in missed] == ["missed"] * 5
    reasons = {
        one.reason for one in room.app.newsroom.issues(50) if one.local_date.day in range(25, 29)
    }
    assert reasons == {
        "its stories come in the issue of 2026-11-29: nothing was running when it was due"
    }
    assert len([one for one in room.alerts() if "missed" in one]) == 1
    room.at(FIRST + 6 * DAY - 10 * MINUTE)
    room.at(FIRST + 6 * DAY)
    assert room.sent() == [[0], [1, 2, 3, 4, 5, 6]]


def test_an_edition_may_send_late_on_the_same_day(tmp_path: Path) -> None:
    room = Room(tmp_path, 'when_missed = "send"')
    room.publish(0)
    room.at(FIRST - HOUR)
    room.at(FIRST)
    for day in (1, 2):
        room.publish(day)
    room.at(FIRST + 2 * DAY + 9 * HOUR)
    assert (room.states()["11-25"], room.states()["11-26"]) == ("missed", "sent")
    assert room.sent() == [[0], [1, 2]]
    room.at(FIRST + 2 * DAY + 12 * HOUR)
    assert len(room.sent()) == 2
    # The day after it is nobody's news any more.
    room.publish(3)
    room.at(FIRST + 3 * DAY + 18.5 * HOUR)
    assert room.states()["11-27"] == "missed"


def test_a_pause_lets_its_days_pass_by(room: Room) -> None:
    daily = room.app.parts.edition("daily")
    room.publish(0)
    room.at(FIRST - HOUR)
    room.at(FIRST)
    edition_pause.pause(room.app.parts, daily, date(2026, 11, 28), "Ada")
    with pytest.raises(WrongStateError, match="paused already"):
        edition_pause.pause(room.app.parts, daily, None, "Ada")
    for day in (1, 2, 3, 4):
        room.publish(day)
        room.at(FIRST + day * DAY - 10 * MINUTE)
        room.at(FIRST + day * DAY)
    assert list(room.states())[:2] == ["11-24", "11-28"]
    # Of what came meanwhile only what came since the last issue that would have gone.
    assert room.sent() == [[0], [4]]


def test_a_pause_is_ended_by_hand(tmp_path: Path) -> None:
    room = Room(tmp_path)
    daily = room.app.parts.edition("daily")
    room.publish(0)
    room.at(FIRST - HOUR)
    room.at(FIRST)
    edition_pause.pause(room.app.parts, daily, None, "Ada")
    room.at(FIRST + DAY)
    room.at(FIRST + 2 * DAY)
    assert list(room.states()) == ["11-24"]
    edition_pause.resume(room.app.parts, daily, "Ada")
    with pytest.raises(WrongStateError, match="not paused"):
        edition_pause.resume(room.app.parts, daily, "Ada")
    room.at(FIRST + 2 * DAY + HOUR)
    assert list(room.states()) == ["11-24", "11-27"]
    for wrong in (date(2026, 11, 26), date(2028, 1, 1)):
        with pytest.raises(InvalidError):
            edition_pause.pause(room.app.parts, daily, wrong, "Ada")


def test_two_schedulers_through_all_of_it(either: Room) -> None:
    """Each with a clock of its own, one of them ahead: one issue a day, each story once."""
    room = either
    other = App(room.app.settings, SetClock(FIRST))
    for day in range(2):
        room.publish(day)
        for moment in (-10 * MINUTE, timedelta(0), MINUTE, 20 * HOUR):
            room.at(FIRST + day * DAY + moment)
            other.clock.at = FIRST + day * DAY + moment + 90 * MINUTE / 60  # type: ignore[attr-defined]  # a SetClock
            other.tick()
    assert list(room.states().values())[:2] == ["sent"] * 2
    assert room.sent() == [[0], [1]]


def test_a_clock_that_jumps_is_told_of_and_loses_nothing(tmp_path: Path) -> None:
    room = Room(tmp_path)
    seconds = [1000.0]
    room.app.parts = replace(room.app.parts, watch=Watch(lambda: seconds[0]))

    def at(moment: datetime, after: timedelta) -> None:
        seconds[0] += after.total_seconds()
        room.at(moment)

    room.publish(0)
    at(FIRST - HOUR, MINUTE)
    at(FIRST - 10 * MINUTE, 50 * MINUTE)
    at(FIRST, 10 * MINUTE)
    assert room.states()["11-24"] == "sent"
    # An hour back: what went does not go again.
    at(FIRST - HOUR, MINUTE)
    at(FIRST - 55 * MINUTE, 5 * MINUTE)
    at(FIRST, 55 * MINUTE)
    # A day ahead, as after a machine was asleep; at first nothing moves.
    room.publish(1)
    at(FIRST + DAY, MINUTE)
    assert room.states()["11-25"] == "drafting"
    at(FIRST + DAY + 2 * MINUTE, 2 * MINUTE)
    assert room.states()["11-25"] == "sent"
    # And a day back again: its issue went early, so there is no other.
    at(FIRST + 2 * HOUR, MINUTE)
    room.publish(2)
    for hours in (24, 25, 48):
        at(FIRST + hours * HOUR - 10 * MINUTE, 20 * HOUR)
        at(FIRST + hours * HOUR, 20 * HOUR)
        at(FIRST + hours * HOUR + 3 * MINUTE, 3 * MINUTE)
    assert [room.states()[day] for day in ("11-24", "11-25", "11-26")] == ["sent"] * 3
    assert room.stories() == [0, 1, 2]
    assert len([one for one in room.alerts() if "clock_jumped" in one]) >= 3


HOLIDAYS = """zone = "Europe/Berlin"
  [editions.holidays]
  country = "DE"
  then = "THEN"
"""


@pytest.mark.parametrize(
    ("then", "dates"),
    [
        ("skip", ["12-24", "12-27"]),
        ("next", ["12-24", "12-27", "12-28"]),
        ("template", ["12-24", "12-25", "12-26", "12-27"]),
    ],
)
def test_holidays(tmp_path: Path, then: str, dates: list[str]) -> None:
    room = Room(tmp_path, HOLIDAYS.replace("THEN", then))
    christmas = datetime(2026, 12, 24, 5, 0, tzinfo=UTC)
    for day in range(4):
        story_file(tmp_path, 30 + day)
        room.at(christmas + day * DAY - 10 * MINUTE)
        room.at(christmas + day * DAY)
    assert [day for day in room.states() if day <= dates[-1]] == dates
    if then == "template":
        brief = list(room.app.settings.sending.outbox.glob("[0-9]*/*.eml"))
        assert len(brief) == 4


def test_what_config_says_wrong_of_a_schedule(tmp_path: Path) -> None:
    def told(schedule: str) -> str:
        (tmp_path / "config.toml").write_text(CONFIG.replace("SCHEDULE", schedule))
        with pytest.raises(ConfigError) as found:
            App(load(tmp_path / "config.toml"), SetClock(FIRST)).parts.editions  # noqa: B018 - wires them
        return str(found.value)

    (tmp_path / "desk").mkdir()
    assert "monthly" in told('monthly = ["first mon"]\nweekdays = ["mon"]')
    assert "first mon" in told('monthly = ["fifth mon"]')
    assert "first_week: is missing" in told("every_weeks = 2")
    assert "reader_local" in told('first_zone = "Asia/Tokyo"')
    assert "country: is missing" in told("[editions.holidays]\nthen = 'skip'")
    assert "XX" in told('[editions.holidays]\ncountry = "XX"')
    assert "none.ics" in told('[editions.holidays]\nfile = "none.ics"')
    (tmp_path / "bad.ics").write_text("hello")
    assert "bad.ics" in told('[editions.holidays]\nfile = "bad.ics"')


def test_who_runs_for_days_makes_every_part_at_once(room: Room) -> None:
    """So that a mistake is told at the start, not by the first issue that needs the part."""
    held = vars(room.app.parts)
    assert any(isinstance(one, Later) for one in held.values())
    room.app.parts.make_all()
    assert not any(isinstance(one, Later) for one in held.values())
