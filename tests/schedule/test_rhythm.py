"""Rhythms by the week and the month, and what holidays do to them."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.schedule import month_day
from digest.model import Edition, Holidays, OnHoliday
from digest.schedule import ics
from digest.schedule.dates import closed, dates, goes
from digest.schedule.holidays import BothDays, CountryDays, FileDays
from digest.schedule.occurrences import between, rhythm, upcoming
from tests.making import edition

DAY = timedelta(days=1)
YEAR = date(2026, 1, 1), date(2026, 12, 31)


def told(given: Edition, first: date = YEAR[0], last: date = YEAR[1]) -> list[str]:
    return [f"{day:%m-%d}" for day in dates(given, first, last)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("31", "01-31 02-28 03-31 04-30 05-31 06-30 07-31 08-31 09-30 10-31 11-30 12-31"),
        ("last", "01-31 02-28 03-31 04-30 05-31 06-30 07-31 08-31 09-30 10-31 11-30 12-31"),
        ("15", "01-15 02-15 03-15 04-15 05-15 06-15 07-15 08-15 09-15 10-15 11-15 12-15"),
        ("first mon", "01-05 02-02 03-02 04-06 05-04 06-01 07-06 08-03 09-07 10-05 11-02 12-07"),
        ("last fri", "01-30 02-27 03-27 04-24 05-29 06-26 07-31 08-28 09-25 10-30 11-27 12-25"),
    ],
)
def test_days_of_the_month(day: str, expected: str) -> None:
    assert told(edition(monthly=(month_day(day),))) == expected.split()


def test_two_names_of_one_day_are_one_issue() -> None:
    both = edition(monthly=(month_day("30"), month_day("last")))
    assert told(both, date(2026, 4, 1), date(2026, 5, 31)) == ["04-30", "05-30", "05-31"]


@pytest.mark.parametrize("wrong", ["0", "32", "fifth mon", "first day", "-1", "monday", "²"])
def test_what_is_no_day_of_a_month(wrong: str) -> None:
    with pytest.raises(ValueError, match="first mon"):
        month_day(wrong)


@given(
    st.dates(date(2020, 1, 1), date(2037, 12, 1)),
    st.sampled_from(["1", "29", "30", "31", "last", "first mon", "fourth sun", "last wed"]),
)
@settings(max_examples=60, deadline=None)
def test_each_month_has_one(first: date, day: str) -> None:
    found = list(dates(edition(monthly=(month_day(day),)), first, first + 800 * DAY))
    months = [(one.year, one.month) for one in found]
    assert len(set(months)) == len(months)
    assert len(months) in {26, 27}


def test_every_other_week_over_the_end_of_a_year() -> None:
    fortnightly = edition(weekdays=frozenset({1, 4}), every_weeks=2, first_week=date(2026, 12, 16))
    found = told(fortnightly, date(2026, 12, 7), date(2027, 1, 31))
    assert found == ["12-14", "12-17", "12-28", "12-31", "01-11", "01-14", "01-25", "01-28"]


def test_the_rhythm_of_a_monthly_edition() -> None:
    monthly = edition(monthly=(month_day("1"),), time="06:00", zone="UTC")
    now = datetime(2026, 2, 10, tzinfo=UTC)
    assert rhythm(monthly, now) == timedelta(days=28)
    following = upcoming(monthly, now)
    assert following is not None
    assert following.local_date == date(2026, 3, 1)


@dataclass(frozen=True)
class Given:
    """Holidays as a test wants them; Saturdays and Sundays are free."""

    days: frozenset[date]

    def holiday(self, day: date) -> str:
        return "a holiday" if day in self.days else ""

    def works(self, day: date) -> bool:
        return day.isoweekday() < 6 and day not in self.days


def off(then: OnHoliday, *days: date) -> Holidays:
    return Holidays(calendar=Given(frozenset(days)), then=then)


MON = date(2026, 4, 6)
WEEK = MON, MON + 6 * DAY


@pytest.mark.parametrize(
    ("then", "weekdays", "expected"),
    [
        (OnHoliday.SKIP, {1}, []),
        (OnHoliday.NEXT, {1}, ["04-07"]),
        (OnHoliday.TEMPLATE, {1}, ["04-06"]),
        # Tuesday has one already: two become one.
        (OnHoliday.NEXT, {1, 2}, ["04-07"]),
        (OnHoliday.SKIP, {1, 2}, ["04-07"]),
    ],
)
def test_a_holiday(then: OnHoliday, weekdays: set[int], expected: list[str]) -> None:
    weekly = edition(weekdays=frozenset(weekdays), holidays=off(then, MON))
    assert told(weekly, *WEEK) == expected


def test_it_moves_across_weekends_and_other_holidays() -> None:
    """Good Friday and Easter Monday: the next working day is Tuesday, the one before Thursday."""
    friday = date(2026, 4, 3)
    easter = (friday, MON)
    fridays = edition(weekdays=frozenset({5}), holidays=off(OnHoliday.NEXT, *easter))
    assert told(fridays, date(2026, 3, 30), date(2026, 4, 12)) == ["04-07", "04-10"]
    before = replace(fridays, holidays=off(OnHoliday.PREVIOUS, *easter))
    assert told(before, date(2026, 3, 30), date(2026, 4, 12)) == ["04-02", "04-10"]
    (shut,) = closed(fridays, friday, MON)
    assert (shut.day, shut.name, shut.moved_to) == (friday, "a holiday", date(2026, 4, 7))


@given(
    st.sets(st.integers(0, 60), max_size=25),
    st.sampled_from(OnHoliday),
    st.sets(st.integers(1, 7), min_size=1),
    st.integers(0, 50),
)
@settings(max_examples=80, deadline=None)
def test_a_walk_in_two_parts_meets_each_date_once(
    numbers: set[int], then: OnHoliday, weekdays: set[int], cut: int
) -> None:
    start = date(2026, 3, 1)
    holidays = off(then, *(start + number * DAY for number in numbers))
    given = edition(weekdays=frozenset(weekdays), holidays=holidays, zone="Europe/Berlin")
    first = datetime(2026, 3, 2, tzinfo=UTC)
    middle, last = first + cut * DAY, first + 50 * DAY
    whole = [one.local_date for one in between(given, first, last)]
    parts = [*between(given, first, middle), *between(given, middle, last)]
    assert [one.local_date for one in parts] == whole
    assert len(set(whole)) == len(whole)
    assert all(goes(given, day) for day in whole)
    assert sorted(whole) == whole


def test_holidays_of_a_country_and_its_weekend() -> None:
    bavaria, berlin = CountryDays("DE", "BY"), CountryDays("DE", "BE")
    saints = date(2027, 11, 1)
    assert (bavaria.holiday(saints), berlin.holiday(saints)) == ("All Saints' Day", "")
    assert not bavaria.works(saints)
    egypt = CountryDays("EG")
    assert (egypt.works(date(2026, 11, 27)), egypt.works(date(2026, 11, 29))) == (False, True)
    with pytest.raises(NotImplementedError):
        CountryDays("XX").check()


CALENDAR = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//a newsroom//EN\r
BEGIN:VEVENT\r
UID:1\r
SUMMARY:Founders' Day\r
DTSTART;VALUE=DATE:20200512\r
RRULE:FREQ=YEARLY\r
EXDATE;VALUE=DATE:20270512\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
SUMMARY:Summer break\r
DTSTART;VALUE=DATE:20260803\r
DTEND;VALUE=DATE:20260806\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:3\r
SUMMARY:Thanksgiving\r
DTSTART;VALUE=DATE:20251127\r
DTEND;VALUE=DATE:20251128\r
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;UNTIL=20281231T000000Z\r
RDATE;VALUE=DATE:20300101\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:4\r
SUMMARY:Called off\r
STATUS:CANCELLED\r
DTSTART;VALUE=DATE:20260901\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:5\r
SUMMARY:Works outing\r
DTSTART;TZID=Europe/Berlin:20260918T090000\r
DTEND;TZID=Europe/Berlin:20260918T170000\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_the_days_of_a_calendar_file() -> None:
    days = ics.read(CALENDAR)
    assert days[date(2026, 5, 12)] == "Founders' Day"
    assert date(2027, 5, 12) not in days
    assert days[date(2090, 5, 12)] == "Founders' Day"
    assert [one for one in days if days[one] == "Summer break"] == [
        date(2026, 8, number) for number in (3, 4, 5)
    ]
    thanks = [date(2025, 11, 27), date(2026, 11, 26), date(2027, 11, 25), date(2028, 11, 23)]
    assert [one for one in days if days[one] == "Thanksgiving"] == [*thanks, date(2030, 1, 1)]
    assert date(2026, 9, 1) not in days
    assert days[date(2026, 9, 18)] == "Works outing"
    both = BothDays(CountryDays("DE"), FileDays(days))
    assert both.holiday(date(2026, 5, 12))
    assert both.holiday(date(2026, 12, 25))
    assert not both.works(date(2026, 8, 4))


@pytest.mark.parametrize("wrong", [b"", b"hello", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"])
def test_what_is_no_calendar(wrong: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        ics.read(wrong)


def test_what_recurs_too_often_is_no_holiday() -> None:
    daily = CALENDAR.replace(b"FREQ=YEARLY\r", b"FREQ=DAILY\r")
    with pytest.raises(ValueError, match="too often"):
        ics.read(daily)
