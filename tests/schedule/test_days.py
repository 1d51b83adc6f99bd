"""Which weekdays an issue answers for: every day once, whatever was missed."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.schedule.days import EVERY_DAY, answered_days

MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)
MONDAY_TO_FRIDAY = frozenset({1, 2, 3, 4, 5})


@pytest.mark.parametrize(
    ("previous", "on", "days"),
    [
        (MONDAY, MONDAY + DAY, {2}),
        # over a weekend on which none goes out
        (MONDAY - 3 * DAY, MONDAY, {6, 7, 1}),
        # Friday's was missed
        (MONDAY + 3 * DAY, MONDAY + 5 * DAY, {5, 6}),
        (MONDAY - 7 * DAY, MONDAY, EVERY_DAY),
        (MONDAY - 700 * DAY, MONDAY, EVERY_DAY),
        # an extra issue, and one that goes out after the next
        (MONDAY, MONDAY, set()),
        (MONDAY + DAY, MONDAY, set()),
        # ends of months and years, a leap day, the days on which clocks change
        (date(2026, 12, 31), date(2027, 1, 1), {5}),
        (date(2028, 2, 28), date(2028, 3, 1), {2, 3}),
        (date(2026, 3, 28), date(2026, 3, 29), {7}),
        (date(2026, 10, 24), date(2026, 10, 25), {7}),
        # Samoa skipped 30 December 2011; its Friday is nobody's loss
        (date(2011, 12, 29), date(2011, 12, 31), {5, 6}),
    ],
)
def test_the_days_since_the_previous(previous: date, on: date, days: set[int]) -> None:
    assert answered_days(previous, on, EVERY_DAY) == days


@pytest.mark.parametrize(
    ("weekdays", "on", "days"),
    [
        (EVERY_DAY, MONDAY, {1}),
        (MONDAY_TO_FRIDAY, MONDAY, {6, 7, 1}),
        (MONDAY_TO_FRIDAY, MONDAY + DAY, {2}),
        (frozenset({6}), MONDAY + 5 * DAY, EVERY_DAY),
        # sent by hand on a day that is not the edition's
        (frozenset({6}), MONDAY, {7, 1}),
        (frozenset[int](), MONDAY, EVERY_DAY),
    ],
)
def test_the_first_issue_answers_since_it_was_due_before(
    weekdays: frozenset[int], on: date, days: set[int]
) -> None:
    assert answered_days(None, on, weekdays) == days


@given(
    weekdays=st.frozensets(st.sampled_from(sorted(EVERY_DAY)), min_size=1),
    first=st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    sent=st.lists(st.booleans(), max_size=60),
)
def test_each_chosen_day_gets_one_issue(
    weekdays: frozenset[int], first: date, sent: list[bool]
) -> None:
    due = [day for n in range(len(sent)) if (day := first + n * DAY).isoweekday() in weekdays]
    went = [day for day, goes in zip(due, sent, strict=False) if goes]
    issues = [
        (previous, on, answered_days(previous, on, weekdays))
        for previous, on in pairwise([None, *went])
        if on is not None
    ]
    for chosen in EVERY_DAY:
        for previous, on, days in issues[1:]:
            assert previous is not None
            passed = [one for one in span(previous, on) if one.isoweekday() == chosen]
            assert (chosen in days) == bool(passed)
            # Where no issue went out for more than a week, the one that does stands for them all.
            assert len(passed) <= 1 or (on - previous).days > 7
    for _, on, days in issues[:1]:
        assert on.isoweekday() in days


@given(
    weekdays=st.frozensets(st.sampled_from(sorted(EVERY_DAY)), min_size=1),
    chosen=st.sampled_from(sorted(EVERY_DAY)),
    weeks=st.integers(1, 9),
)
def test_without_a_miss_a_weekly_reader_gets_one_a_week(
    weekdays: frozenset[int], chosen: int, weeks: int
) -> None:
    went = [day for n in range(7 * weeks) if (day := MONDAY + n * DAY).isoweekday() in weekdays]
    got = [
        on
        for previous, on in pairwise([None, *went])
        if on is not None and chosen in answered_days(previous, on, weekdays)
    ]
    assert len(got) in {weeks, weeks - 1}
    assert all((later - earlier).days == 7 for earlier, later in pairwise(got))


def span(after: date, until: date) -> list[date]:
    """The dates after the one, up to the other."""
    return [after + n * DAY for n in range(1, (until - after).days + 1)]
