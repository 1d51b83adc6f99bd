"""Wires what people do about the sources at the desk. For pages.py alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from digest.model import KeptBody
from digest.newsroom import Newsroom
from digest.staff.house import Actor, House
from digest.steps import minding
from digest.steps.gather import GatherReport
from digest.steps.minding import SourceCard, SourceSheet
from digest.store.engine import writing


@dataclass(frozen=True)
class SourceCare:
    """The sources; each act is written into the record."""

    house: House
    newsroom: Newsroom

    @property
    def titles(self) -> Mapping[str, str]:
        """Source → what it is called."""
        names = self.newsroom.desk.source_names
        return {one: names.get(one) or one for one in self.newsroom.parts.sources}

    def now(self) -> datetime:
        """The time."""
        return self.house.clock.now()

    def cards(self) -> list[SourceCard]:
        """How each does, those that ail first."""
        return minding.cards(self.newsroom.parts)

    def sheet(self, name: str) -> SourceSheet:
        """One in full. Raises NotFoundError."""
        return minding.sheet(self.newsroom.parts, name)

    def document(self, name: str, number: int) -> KeptBody:
        """What it answered, as received. Raises NotFoundError."""
        return minding.document(self.newsroom.parts, name, number)

    def retry(self, name: str, by: Actor) -> GatherReport:
        """Read it now. Raises WrongStateError."""
        report = minding.retry(self.newsroom.parts, name)
        self._record(by, "read source", name)
        return report

    def pause(self, name: str, by: Actor) -> None:
        """Leave it alone."""
        minding.pause(self.newsroom.parts, name, by.name)
        self._record(by, "pause source", name)

    def resume(self, name: str, by: Actor) -> None:
        """Read it again."""
        minding.resume(self.newsroom.parts, name)
        self._record(by, "resume source", name)

    def _record(self, by: Actor, what: str, name: str) -> None:
        with writing(self.house.engine) as connection:
            self.house.record(connection, by, what, f"source {name}")
