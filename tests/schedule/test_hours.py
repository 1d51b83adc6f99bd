"""An hour of a reader's own day: the first instant in it, in every zone, over changed clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.schedule.hours import Hours, due

ZONES = sorted(available_timezones() - {"localtime"})
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
#: no clock has been put forward by more than an hour since, but for whole days
SINCE, UNTIL = datetime(2015, 1, 1), datetime(2037, 12, 1)
scheduled = st.datetimes(SINCE, UNTIL, timezones=st.just(UTC)).map(
    lambda at: at.replace(second=0, microsecond=0)
)


def local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone)


@given(scheduled, st.integers(0, 23), st.sampled_from(ZONES))
def test_the_first_instant_in_the_hour(at: datetime, hour: int, name: str) -> None:
    zone = ZoneInfo(name)
    found = due(at, hour, zone)
    assert at <= found <= at + 26 * HOUR
    inside = local(found, zone).hour == hour
    # Else the clocks left the hour out: a moment before they showed an earlier one, or none at all.
    gap = local(found, zone).utcoffset() != local(found - MINUTE, zone).utcoffset()
    assert inside or gap
    steps = int((found - at) / (15 * MINUTE)) + 1
    earlier = [at + 15 * number * MINUTE for number in range(steps)]
    assert not [one for one in earlier if one < found and local(one, zone).hour == hour]
    if found > at and inside and not gap:
        assert local(found - MINUTE, zone).hour != hour, "as it begins"


@given(scheduled, st.sampled_from(ZONES))
def test_each_hour_is_within_a_day_and_all_are_few(at: datetime, name: str) -> None:
    hours = Hours(at, ZoneInfo(name))
    times = {hours.due(hour, "") for hour in range(24)}
    assert None in times, "the hour in which it goes"
    assert hours.due(None, name) is None
    assert len(times) <= 24


BERLIN, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")


@pytest.mark.parametrize(
    ("at", "hour", "zone", "expected"),
    [
        ("2026-11-24T05:00+00:00", 18, BERLIN, "2026-11-24T17:00+00:00"),
        # in its hour already: at once
        ("2026-11-24T05:30+00:00", 6, BERLIN, "2026-11-24T05:30+00:00"),
        ("2026-11-24T06:00+00:00", 6, BERLIN, "2026-11-25T05:00+00:00"),
        # in spring there is no 02:00: the first instant after
        ("2027-03-28T00:00+00:00", 2, BERLIN, "2027-03-28T01:00+00:00"),
        # in autumn there are two: the first
        ("2026-10-24T22:00+00:00", 2, BERLIN, "2026-10-25T00:00+00:00"),
        ("2026-10-25T01:30+00:00", 2, BERLIN, "2026-10-25T01:30+00:00"),
        # a day of 25 hours
        ("2026-10-24T05:00+00:00", 6, BERLIN, "2026-10-25T05:00+00:00"),
        # half past by UTC, and a change of half an hour
        ("2026-11-24T05:00+00:00", 7, ZoneInfo("Asia/Kolkata"), "2026-11-25T01:30+00:00"),
        ("2026-10-03T15:00+00:00", 2, LORD_HOWE, "2026-10-03T15:30+00:00"),
    ],
)
def test_by_example(at: str, hour: int, zone: ZoneInfo, expected: str) -> None:
    assert due(datetime.fromisoformat(at), hour, zone) == datetime.fromisoformat(expected)


@pytest.mark.parametrize("name", ["Nowhere/Land", "../etc/passwd", "a\0b", "x" * 300])
def test_an_unknown_zone_is_the_editions(name: str) -> None:
    at = datetime(2026, 11, 24, 5, tzinfo=UTC)
    assert Hours(at, BERLIN).due(18, name) == datetime(2026, 11, 24, 17, tzinfo=UTC)
    assert Hours(at, BERLIN).due(18, "America/New_York") == datetime(2026, 11, 24, 23, tzinfo=UTC)
