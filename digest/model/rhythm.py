"""On which days an edition goes out, beyond its weekdays: days of the month, and holidays."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

#: the last one of a month
LAST = -1


@dataclass(frozen=True, slots=True, order=True)
class MonthDay:
    """A day of every month: ``15``, the last one, or the first Monday."""

    #: 1 to 31, with a weekday 1 to 4; or ``LAST``
    number: int
    #: ISO, Monday is 1; None: the day of that number
    weekday: int | None = None

    def of(self, year: int, month: int) -> date:
        """The day in that month; its last day where the month is shorter."""
        first, length = monthrange(year, month)
        if self.weekday is None:
            return date(year, month, length if self.number == LAST else min(self.number, length))
        if self.number == LAST:
            last = date(year, month, length)
            return last - timedelta(days=(last.isoweekday() - self.weekday) % 7)
        return date(year, month, 1 + (self.weekday - 1 - first) % 7 + 7 * (self.number - 1))


class OnHoliday(StrEnum):
    """What becomes of an issue that would go out on a holiday."""

    #: there is none; its stories come in the next one
    SKIP = "skip"
    #: it goes out on the next, or the previous, working day
    NEXT = "next"
    PREVIOUS = "previous"
    #: it goes out with another template
    TEMPLATE = "template"


class HolidayCalendar(Protocol):
    """Knows the holidays of a country, or those in a file."""

    def holiday(self, day: date) -> str:
        """The name of the holiday on ``day``; empty: it is none."""

    def works(self, day: date) -> bool:
        """Whether people work on ``day``: it is neither a weekend nor a holiday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holidays:
    """Holidays, and what they do to an edition."""

    calendar: HolidayCalendar
    then: OnHoliday = OnHoliday.SKIP
    template: str = "brief"
    #: as config.toml tells it: another schedule where this changes
    told: str = ""
