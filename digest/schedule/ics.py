"""The days of an iCalendar file (RFC 5545): its whole-day events, those that recur unfolded."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from dateutil.rrule import rrule, rruleset, rrulestr
from icalendar import Calendar

if TYPE_CHECKING:
    from icalendar import Event

#: of what recurs without an end, the days up to this year
UNTIL = 2099
#: more of one event is no calendar of holidays
MOST = 10_000
_DAY = timedelta(days=1)


def read(content: bytes) -> dict[date, str]:
    """Day → name, of every event that is not cancelled.

    An event with times counts for the days that it touches, by its own clock; EXDATE and RDATE
    hold. Raises ValueError where ``content`` is no calendar.
    """
    days: dict[date, str] = {}
    for component in Calendar.from_ical(content).events:
        if str(component.status or "").upper() == "CANCELLED":
            continue
        name = str(component.summary or "") or "holiday"
        for number, day in enumerate(_days(component)):
            if number == MOST:
                raise ValueError(f"{name!r} recurs too often")
            days.setdefault(day, name)
    return days


def _days(event: "Event") -> Iterator[date]:
    start, end = _date(event.start), _date(event.end)
    # DTEND is the first day after it; what begins and ends on a day is that day.
    length = max(1, (end - start).days)
    for begins in _starts(event, start):
        for number in range(length):
            yield begins + number * _DAY


def _starts(event: "Event", start: date) -> Iterator[date]:
    """Days have no zone here, so neither have the rules' ends."""
    found, begins = rruleset(), _midnight(start)
    found.rdate(begins)
    for rule in event.rrules:
        told = rule.to_ical().decode().replace("Z", "")
        parsed = rrulestr(told, dtstart=begins)
        if isinstance(parsed, rrule):
            found.rrule(parsed)
    for at, _ in event.rdates:
        found.rdate(_midnight(_date(at)))
    for at in event.exdates:
        found.exdate(_midnight(_date(at)))
    for at in found:
        if at.year > UNTIL:
            return
        yield at.date()


def _date(at: date | datetime) -> date:
    return at.date() if isinstance(at, datetime) else at


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
