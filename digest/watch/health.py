"""Is this process alive, and can it do its work? For whoever restarts or asks it.

``live``: restart me if not. ``ready``: do not count on me if not; the reasons say what is wrong.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from digest.protocols import Clock
from digest.store import pulses
from digest.store.engine import reading
from digest.store.facts import clock_ahead
from digest.watch.vitals import Vitals

#: an answer holds for so many seconds: anybody may ask, and the database is not to pay for it
HOLDS = 2.0
#: clocks that differ by more make hours and leases unreliable
SKEW = timedelta(seconds=30)
#: a tick, its gathering included, may take so long
SILENT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    #: for a person, without any secret
    told: str
    #: whether this process is not ready without it; else it is for your information
    needed: bool = True


class Health:
    """Looks at the loops, the database, the clock, the last tick and the last gathering.

    ``ticks``: whether this process does the ticking itself; else another's is told of.
    """

    def __init__(self, engine: Engine, clock: Clock, vitals: Vitals) -> None:
        self.ticks = False
        #: when this process began
        self.since = clock.now()
        self._engine = engine
        self._clock = clock
        self._vitals = vitals
        self._lock = threading.Lock()
        self._told: tuple[float, list[Check]] | None = None

    def live(self) -> list[str]:
        """What of this process is stuck; nothing while all of it works."""
        return self._vitals.complaints()

    def ready(self) -> list[Check]:
        """Every check, failed or not. Raises nothing."""
        with self._lock:
            if self._told is None or time.monotonic() - self._told[0] > HOLDS:
                self._told = time.monotonic(), list(self._look())
            return self._told[1]

    def _look(self) -> Iterator[Check]:
        stuck = self.live()
        yield Check(name="loops", ok=not stuck, told="; ".join(stuck) or "all at work")
        begun = time.monotonic()
        try:
            with reading(self._engine) as connection:
                last = pulses.last(connection)
                ahead = clock_ahead(connection, self._clock.now())
        except sa.exc.SQLAlchemyError as error:
            # Not its words: they may hold the statement, or where the database is.
            yield Check(name="database", ok=False, told=f"cannot be used: {type(error).__name__}")
            return
        took = time.monotonic() - begun
        yield Check(name="database", ok=True, told=f"answered in {took * 1000:.0f} ms")
        yield self._clock_check(ahead, last.get(pulses.TICK))
        yield self._recent("tick", last.get(pulses.TICK))
        yield self._recent("gather", last.get(pulses.GATHER))

    def _clock_check(self, ahead: timedelta, ticked: datetime | None) -> Check:
        now = self._clock.now()
        if abs(ahead) > SKEW:
            told = f"differs by {ahead.total_seconds():.0f} s from the database's"
            return Check(name="clock", ok=False, told=told)
        if ticked is not None and ticked > now + SKEW:
            told = f"was {(ticked - now).total_seconds():.0f} s further on at the last tick"
            return Check(name="clock", ok=False, told=told)
        return Check(name="clock", ok=True, told="as the database's")

    def _recent(self, name: str, at: datetime | None) -> Check:
        now = self._clock.now()
        newest = at or self.since
        if self.ticks:
            # A process that has just begun has the time of one tick to do its first.
            newest = max(newest, self.since)
        told = "never" if at is None else f"{max((now - at).total_seconds(), 0):.0f} s ago"
        return Check(name=name, ok=newest > now - SILENT, told=told, needed=self.ticks)
