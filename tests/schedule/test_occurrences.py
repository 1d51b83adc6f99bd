"""Exactly one instant per local date, in every zone."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Edition
from digest.schedule.occurrences import between, instant, on, rhythm


@pytest.mark.parametrize(
    ("zone", "day", "wall", "utc"),
    [
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30"),
        ("Asia/Beirut", "2026-03-29", "00:00", "2026-03-28T22:00"),
        ("Africa/Cairo", "2026-04-24", "00:00", "2026-04-23T22:00"),
        ("America/Santiago", "2026-09-06", "00:00", "2026-09-06T04:00"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30"),
        ("Europe/London", "2026-10-25", "01:30", "2026-10-25T00:30"),
        ("Europe/London", "2026-03-29", "01:30", "2026-03-29T01:00"),
    ],
)
def test_the_known_traps(zone: str, day: str, wall: str, utc: str) -> None:
    found = instant(date.fromisoformat(day), time.fromisoformat(wall), ZoneInfo(zone))
    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)


ZONES = sorted(available_timezones())


@given(
    st.sampled_from(ZONES),
    st.dates(date(2025, 1, 1), date(2029, 12, 31)),
    st.integers(0, 24 * 60 - 1),
)
def test_two_days_running_lie_about_a_day_apart(zone: str, day: date, minute: int) -> None:
    wall = time(minute // 60, minute % 60)
    place = ZoneInfo(zone)
    first = instant(day, wall, place)
    second = instant(day + timedelta(days=1), wall, place)
    # Antarctica/Troll moves its clocks by two hours; all others by one or less.
    assert timedelta(hours=22) <= second - first <= timedelta(hours=26)
    assert first.astimezone(place).date() == day


def daily(**changes: object) -> Edition:
    told = {"slug": "daily", "name": "Daily", "time": "06:00", "zone": "Europe/London"} | changes
    return Edition(**told)  # type: ignore[arg-type]  # a shorthand for tests


@given(
    st.sampled_from(ZONES),
    st.integers(0, 24 * 60 - 1),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
)
def test_a_walk_by_ticks_meets_every_local_date_once(
    zone: str, minute: int, start: datetime
) -> None:
    edition = daily(zone=zone, time=f"{minute // 60:02}:{minute % 60:02}")
    begin = start.replace(tzinfo=UTC)
    ticks = [begin + timedelta(hours=7 * number) for number in range(60)]
    met = [
        occurrence.local_date
        for after, until in itertools.pairwise(ticks)
        for occurrence in between(edition, after, until)
    ]
    assert met == [met[0] + timedelta(days=number) for number in range(len(met))]


def test_weekdays_and_rhythm() -> None:
    edition = daily(weekdays=frozenset({1, 2, 3, 4, 5}))
    monday_noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    sunday = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert rhythm(edition, monday_noon) == timedelta(days=1)
    assert rhythm(edition, sunday) == timedelta(days=3)
    weekly = daily(weekdays=frozenset({1}))
    assert rhythm(weekly, monday_noon) == timedelta(days=7)
    assert on(weekly, date(2026, 11, 24)).at == datetime(2026, 11, 24, 6, tzinfo=UTC)
