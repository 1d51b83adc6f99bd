"""No queue at all: the ledger's planned batches are the jobs. For one process; needs nothing."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, Thread

import structlog
from sqlalchemy.engine import Connection, Engine

from digest.deliver.queue import Job, Work
from digest.protocols import Clock
from digest.store import waiting
from digest.store.engine import reading

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """Walks the ledger. More than one at a time do no harm: a batch is claimed by one."""

    engine: Engine
    clock: Clock
    #: seconds between two looks when nothing is due, and between two calls of ``tend``
    idle: float = 1.0
    tend_every: float = 5.0
    #: batches at work at a time
    lanes: int = 1

    def enqueue(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Nothing: a planned batch is a job."""

    def work(self, do: Work, tend: Callable[[], None], stop: Event) -> None:
        """Do what is due, one batch after another in each lane, until ``stop``."""
        beside = [
            Thread(target=self._lane, args=(do, stop), name="lane", daemon=True)
            for _ in range(self.lanes - 1)
        ]
        for lane in beside:
            lane.start()
        self._lane(do, stop, tend)
        for lane in beside:
            lane.join()

    def _lane(self, do: Work, stop: Event, tend: Callable[[], None] | None = None) -> None:
        tended = -self.tend_every
        while not stop.is_set():
            busy = False
            try:
                if tend and time.monotonic() - tended >= self.tend_every:
                    tended = time.monotonic()
                    tend()
                busy = self._next(do)
            except Exception:
                log.exception("worker_failed")
            if not busy:
                stop.wait(self.idle)

    def rescue(self) -> int:
        """Nothing: a batch that was left is found by its journal."""
        return 0

    def _next(self, do: Work) -> bool:
        """Do the first batch that somebody lets us; False if there is none."""
        with reading(self.engine) as connection:
            found = waiting.due(connection, self.clock.now())
        return any(do(one.issue_id, one.number) for one in found)
