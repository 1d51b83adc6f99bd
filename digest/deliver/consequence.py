"""What follows from an event, for its reader and for its issue. Pure.

All of it can only be added to: whatever the order in which events are heard, and however often,
the same follows from the same events.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digest.model import Dropped, EventKind, IssueId


class Consequence(StrEnum):
    """What is to become of the reader."""

    #: no mail reaches them: suppressed
    BOUNCED = "bounced"
    #: they called it spam: suppressed, and left
    COMPLAINED = "complained"
    #: they left the issue's edition
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftLimit:
    """When soft bounces count as a hard one: of so many issues within so long."""

    times: int = 5
    within: timedelta = timedelta(days=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintLimit:
    """When complaints pause an issue: at least so many, and more than so large a part."""

    share: float = 0.003
    minimum: int = 5


_FOLLOWS = {
    EventKind.HARD_BOUNCE: Consequence.BOUNCED,
    EventKind.COMPLAINT: Consequence.COMPLAINED,
    EventKind.UNSUBSCRIBE: Consequence.LEFT,
}
_DROPPED = {
    Dropped.BOUNCE.value: Consequence.BOUNCED,
    Dropped.COMPLAINT.value: Consequence.COMPLAINED,
    Dropped.UNSUBSCRIBE.value: Consequence.LEFT,
}


def follows(kind: EventKind, code: str) -> Consequence | None:
    """What one event means for its reader; of a soft bounce only ``too_often`` can tell."""
    if kind is EventKind.DROPPED:
        return _DROPPED.get(code)
    return _FOLLOWS.get(kind)


def matters(kind: EventKind, code: str) -> bool:
    """Whether anything may follow."""
    return kind is EventKind.SOFT_BOUNCE or follows(kind, code) is not None


def too_often(bounced: Iterable[tuple[datetime, IssueId]], limit: SoftLimit) -> bool:
    """Whether soft bounces of ``limit.times`` issues fall into some stretch of that length."""
    told = sorted(bounced)
    inside: Counter[IssueId] = Counter()
    first = 0
    for at, issue in told:
        inside[issue] += 1
        while at - told[first][0] > limit.within:
            inside[told[first][1]] -= 1
            first += 1
        if len(+inside) >= limit.times:
            return True
    return False


def too_many(complaints: int, handed: int, limit: ComplaintLimit) -> bool:
    """Whether so many complaints of so many readers are over the limit."""
    return complaints >= limit.minimum and complaints > limit.share * handed
