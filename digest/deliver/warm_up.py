"""A warm-up plan: a new sender's mail grows day by day, or receivers take it for spam.

Nothing here knows addresses or SQL; receiving domains come in as words.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many messages a day may go by a route."""

    started: date
    #: on the first day, to all domains together
    per_day: int
    #: on the first day, to one receiving domain; None: no limit of its own
    per_domain: int | None = None
    #: what each day may have more than the one before
    growth: float = 1.5
    #: after so many days there is no limit any more
    days: int = 30

    def room(self, day: date) -> "Room | None":
        """What may go on ``day``; None: everything. Before it starts, nothing may."""
        age = (day - self.started).days
        if age >= self.days:
            return None
        more = self.growth**age if age >= 0 else 0.0
        each = None if self.per_domain is None else int(self.per_domain * more)
        return Room(total=int(self.per_day * more), each=each)


@dataclass(slots=True, kw_only=True)
class Room:
    """What is left of a day."""

    total: int
    each: int | None
    #: by domain, of earlier issues
    before: Mapping[str, int] = field(default_factory=dict)
    #: to all domains together
    spent: int = 0
    #: by domain, of this one
    given: Counter[str] = field(default_factory=Counter)

    def takes(self, domain: str) -> bool:
        """Give away a place to ``domain``, if there is one."""
        if self.spent >= self.total:
            return False
        held = self.given[domain] + self.before.get(domain, 0)
        if self.each is not None and held >= self.each:
            return False
        self.given[domain] += 1
        self.spent += 1
        return True
