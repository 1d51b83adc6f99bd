"""Holidays of a country, by the package ``holidays``, or from a file (schedule/ics.py)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

#: Saturday and Sunday, as ``date.weekday`` counts
WEEKEND = frozenset({5, 6})


class CountryDays:
    """The public holidays and the weekend of a country, or a part of it."""

    def __init__(self, country: str, subdivision: str = "") -> None:
        """Raise NotImplementedError for a country or subdivision that the package has not."""
        self._country, self._subdivision = country, subdivision

    def check(self) -> None:
        """Raise NotImplementedError for a country or subdivision that the package has not."""
        _ = self._table

    @cached_property
    def _table(self) -> "HolidayBase":
        from holidays import country_holidays  # a quarter of a second

        return country_holidays(self._country, subdiv=self._subdivision or None, language="en_US")

    def holiday(self, day: date) -> str:
        """The name of the holiday on ``day``, in English where the package has it."""
        return self._table.get(day) or ""

    def works(self, day: date) -> bool:
        """Whether it is a working day there; some weekends are worked to make up for others."""
        return self._table.is_working_day(day)


@dataclass(frozen=True, slots=True)
class FileDays:
    """The whole-day events of a calendar file; Saturdays and Sundays are free."""

    days: Mapping[date, str] = field(default_factory=dict)

    def holiday(self, day: date) -> str:
        """What the file calls the day."""
        return self.days.get(day, "")

    def works(self, day: date) -> bool:
        """Neither a weekend nor in the file."""
        return day.weekday() not in WEEKEND and day not in self.days


@dataclass(frozen=True, slots=True)
class BothDays:
    """A country's holidays, and those of a file beside them."""

    country: CountryDays
    file: FileDays

    def holiday(self, day: date) -> str:
        """What either calls the day."""
        return self.file.holiday(day) or self.country.holiday(day)

    def works(self, day: date) -> bool:
        """Whether neither is against it."""
        return self.country.works(day) and not self.file.holiday(day)
