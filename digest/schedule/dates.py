"""On which local dates an edition goes out: its rhythm, less holidays and what these move. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from digest.model import Edition, OnHoliday

DAY = timedelta(days=1)
#: so many days without work in a row are no holiday any more: nothing is moved across them
LONGEST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A holiday on which an edition would have gone out."""

    day: date
    name: str
    #: where its issue goes instead; None: nowhere
    moved_to: date | None


def in_rhythm(edition: Edition, day: date) -> bool:
    """Whether an edition goes out on ``day`` but for holidays."""
    if edition.monthly:
        return any(one.of(day.year, day.month) == day for one in edition.monthly)
    if day.isoweekday() not in edition.weekdays:
        return False
    if edition.every_weeks == 1 or edition.first_week is None:
        return True
    # Mondays are whole weeks apart.
    weeks = (_monday(day) - _monday(edition.first_week)).days // 7
    return weeks % edition.every_weeks == 0


def holiday(edition: Edition, day: date) -> str:
    """The name of the edition's holiday on ``day``; empty: it is none."""
    return edition.holidays.calendar.holiday(day) if edition.holidays else ""


def goes(edition: Edition, day: date) -> bool:
    """Whether an edition goes out on ``day``: by its rhythm, or because a holiday moved it here.

    Two that are moved to one day, or to a day that has one, are one issue.
    """
    then = edition.holidays.then if edition.holidays else OnHoliday.TEMPLATE
    if in_rhythm(edition, day) and (then is OnHoliday.TEMPLATE or not holiday(edition, day)):
        return True
    return next(moved_here(edition, day), None) is not None


def moved_here(edition: Edition, day: date) -> Iterator[date]:
    """The holidays whose issues go out on ``day`` instead."""
    rule = edition.holidays
    if rule is None or rule.then not in {OnHoliday.NEXT, OnHoliday.PREVIOUS}:
        return
    if not rule.calendar.works(day):
        return
    step = -DAY if rule.then is OnHoliday.NEXT else DAY
    for _ in range(LONGEST):
        day += step
        if rule.calendar.works(day):
            return
        if in_rhythm(edition, day) and rule.calendar.holiday(day):
            yield day


def dates(edition: Edition, first: date, last: date) -> Iterator[date]:
    """The local dates from ``first`` to ``last`` on which an edition goes out, in order."""
    day = first
    while day <= last:
        if goes(edition, day):
            yield day
        day += DAY


def closed(edition: Edition, first: date, last: date) -> Iterator[Closed]:
    """The holidays from ``first`` to ``last`` on which an edition does not go out, in order."""
    if edition.holidays is None or edition.holidays.then is OnHoliday.TEMPLATE:
        return
    day = first
    while day <= last:
        if in_rhythm(edition, day) and (name := holiday(edition, day)):
            yield Closed(day=day, name=name, moved_to=_moved_to(edition, day))
        day += DAY


def _moved_to(edition: Edition, day: date) -> date | None:
    rule = edition.holidays
    if rule is None or rule.then is OnHoliday.SKIP:
        return None
    step = DAY if rule.then is OnHoliday.NEXT else -DAY
    for _ in range(LONGEST):
        day += step
        if rule.calendar.works(day):
            return day
    return None


def _monday(day: date) -> date:
    return day - timedelta(days=day.isoweekday() - 1)
