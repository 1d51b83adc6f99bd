"""Wires what people do about the days to come at the desk. For pages.py alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from digest.model import Edition
from digest.newsroom import Newsroom
from digest.staff.house import Actor, House
from digest.steps import calendar, edition_pause
from digest.steps.calendar import Day
from digest.store.edition_pauses import EditionPause
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

    def paused(self, edition: Edition) -> EditionPause | None:
        """The pause that an edition is in; None: it is in none."""
        return edition_pause.standing_of(self.newsroom.parts, edition)

    def pause(self, edition: Edition, until: date | None, by: Actor) -> None:
        """Let no issue go before a date, or until it is resumed. Raises as the step does."""
        edition_pause.pause(self.newsroom.parts, edition, until, by.name)
        self._record(by, "pause an edition", edition, until)

    def resume(self, edition: Edition, by: Actor) -> None:
        """End a pause. Raises WrongStateError."""
        edition_pause.resume(self.newsroom.parts, edition, by.name)
        self._record(by, "resume an edition", edition, None)

    def _record(self, by: Actor, what: str, edition: Edition, day: date | None) -> None:
        with writing(self.house.engine) as connection:
            self.house.record(connection, by, what, f"{edition.slug} {day or ''}".rstrip())
