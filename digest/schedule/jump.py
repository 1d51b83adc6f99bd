"""Has the machine's clock jumped? Pure, but for what it remembers.

A clock is set by hand, by a time server after hours without one, or stands still while a virtual
machine is paused. Beside it the system counts seconds that nobody can set; where the two part, the
clock was moved.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

#: time servers slew less than this; more is a step
SUSPICIOUS = timedelta(minutes=2)
#: so long after a step nothing is locked or sent: time servers soon put a wrong one right
SETTLES = timedelta(minutes=2)


def steady() -> float:
    """Seconds since the machine started, those asleep included, where the system counts them."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


@dataclass(slots=True)
class Watch:
    """Looks at the clock again and again, in one process."""

    steady: Callable[[], float] = steady
    _seen: tuple[datetime, float] | None = None
    _settled_at: float = 0.0

    def look(self, now: datetime, known: datetime | None = None) -> timedelta:
        """How far the clock stepped since the last look; nothing where it did not.

        ``known`` is the latest time that any process saw: the first look of a process can tell
        only whether the clock is behind that.
        """
        counted = self.steady()
        if self._seen is not None:
            then, before = self._seen
            step = (now - then) - timedelta(seconds=counted - before)
        else:
            step = min(now - known, timedelta(0)) if known is not None else timedelta(0)
        self._seen = now, counted
        if abs(step) < SUSPICIOUS:
            return timedelta(0)
        self._settled_at = counted + SETTLES.total_seconds()
        return step

    @property
    def settled(self) -> bool:
        """Whether no step was seen lately."""
        return self.steady() >= self._settled_at
