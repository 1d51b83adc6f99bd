"""count: tell ``subscribers`` who received an issue, once it is sent. Off the path of sending.

Counted is whom a provider accepted, or may have, when the issue is first looked at after it was
sent, in order of subscriber. What is learned later of a doubtful delivery changes no count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy.engine import Engine

from digest.protocols import Clock
from digest.store import reached
from digest.store.engine import reading
from digest.store.reached import SentIssue

log = structlog.get_logger()

#: readers in one transaction
PAGE = 5000
#: transactions in one go, so that a scheduler is soon back at what is due
PAGES = 20
#: older issues are not looked at: their counting has long ended
WITHIN = timedelta(days=60)


class Engagement(Protocol):
    """The front door of ``subscribers``, as far as counting uses it."""

    def uncounted(self, issues: Sequence[int]) -> Mapping[int, int]:
        """Those not yet counted to their end, each with the last reader counted."""

    def count(
        self, issue: int, edition: str, readers: Sequence[int], at: datetime, *, after: int
    ) -> bool:
        """Count the readers that come next after ``after``; none: the issue ends here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """Counts what was sent. Safe to be run by several processes."""

    engine: Engine
    clock: Clock
    people: Engagement

    def look(self) -> None:
        """Count what waits, ``PAGES`` of it at most. Raises nothing."""
        try:
            self.go_on(PAGES)
        except Exception:
            # It waits for the next time.
            log.exception("counting_waits")

    def go_on(self, pages: int) -> int:
        """Count ``pages`` of readers at most; returns of how many."""
        with reading(self.engine) as connection:
            sent = reached.sent_since(connection, self.clock.now() - WITHIN)
        waiting = self.people.uncounted([one.id for one in sent]) if sent else {}
        counted = 0
        for one in sent:
            after = waiting.get(one.id)
            while after is not None and pages > 0:
                readers = self._count(one, after)
                pages -= 1
                counted += len(readers)
                after = readers[-1] if readers else None
        return counted

    def _count(self, issue: SentIssue, after: int) -> Sequence[int]:
        with reading(self.engine) as connection:
            readers = reached.reached_after(connection, issue.id, after, PAGE)
        mine = self.people.count(issue.id, issue.edition, readers, issue.at, after=after)
        return readers if mine else ()
