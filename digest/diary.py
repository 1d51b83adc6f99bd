"""Wires what people do about the days to come at the desk. For pages.py alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from digest.model import Edition
from digest.newsroom import Newsroom
from digest.staff.house import Actor, House
from digest.steps import calendar
from digest.steps.calendar import Day
from digest.store.engine import writing


@dataclass(frozen=True)
class Diary:
    """The days to come; each act is written into the record."""

    house: House
    newsroom: Newsroom

    def now(self) -> datetime:
        """The time."""
        return self.house.clock.now()

    def editions(self) -> Sequence[Edition]:
        """All of them, in the order of config.toml."""
        return list(self.newsroom.parts.editions.values())

    def days(self, editions: Sequence[Edition]) -> list[Day]:
        """What goes out of these, day by day."""
        return calendar.calendar(self.newsroom.parts, editions)

    def leave_out(self, edition: Edition, day: date, by: Actor) -> None:
        """Have no issue on a day. Raises NotFoundError and WrongStateError."""
        calendar.leave_out(self.newsroom.parts, edition, day, by.name)
        self._record(by, "leave out a day", edition, day)

    def put_back(self, edition: Edition, day: date, by: Actor) -> None:
        """Have one all the same. Raises NotFoundError and WrongStateError."""
        calendar.put_back(self.newsroom.parts, edition, day)
        self._record(by, "put a day back", edition, day)

    def _record(self, by: Actor, what: str, edition: Edition, day: date) -> None:
        with writing(self.house.engine) as connection:
            self.house.record(connection, by, what, f"{edition.slug} {day}")
