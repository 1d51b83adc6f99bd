"""The port to whatever hands out batches: three calls, one contract suite (test_runners.py).

One job is one batch of an issue. The ledger decides who sends it, never the queue: a job that comes
twice, late or for a batch that somebody has finds nothing to do. A job that is lost is put there
again by the scheduler's next tick.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Protocol, TypeAlias

from sqlalchemy.engine import Connection

from digest.model import IssueId

#: sends one batch of an issue, if it is still to be sent; says whether it was
Work: TypeAlias = Callable[[IssueId, int], bool]


@dataclass(frozen=True, slots=True)
class Job:
    """One batch to be sent, at once or not before a time."""

    issue: IssueId
    number: int
    not_before: datetime | None = None


class Queue(Protocol):
    """Hands batches to whoever works: one file per kind in digest/deliver/queues/."""

    def enqueue(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Put jobs there in the transaction of ``connection``; one that waits already stays.

        If the transaction rolls back there never was a job.
        """

    def work(self, do: Work, tend: Callable[[], None], stop: Event) -> None:
        """Do jobs until ``stop`` is set; the one at work is finished.

        ``tend`` is called at the start and every few seconds: it settles what died here. An error
        in either is logged and ends nothing.
        """

    def rescue(self) -> int:
        """Put back the jobs of workers that show no sign of life; how many. ``work`` calls it."""
