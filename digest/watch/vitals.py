"""Whether what works in the background still does: a loop that is stuck leaves no beat."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

#: a loop that is at work, and has not said a word for so many seconds, is stuck. Longer than the
#: ten minutes that a mail server may take for its last word (RFC 5321 §4.5.3.2.6)
STUCK = 900.0
#: the same of a loop that is at rest, beside the time between two of its looks
SLOW = 60.0


@dataclass(slots=True)
class _Loop:
    limit: float
    beat: float


class Vitals:
    """The loops of this process by name. Safe to share between threads.

    ``now`` counts seconds and never goes back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._loops: dict[str, _Loop] = {}
        #: what is being done now: loop and thread → its last sign of life
        self._work: dict[tuple[str, int], float] = {}

    def expect(self, loop: str, every: float) -> None:
        """From now on the loop leaves a beat at least so often, in seconds."""
        with self._lock:
            self._loops[loop] = _Loop(limit=every + SLOW, beat=self._now())

    def forget(self, loop: str) -> None:
        """It ends because it is to."""
        with self._lock:
            self._loops.pop(loop, None)

    def beat(self, loop: str) -> None:
        """The loop comes round."""
        with self._lock:
            if loop in self._loops:
                self._loops[loop].beat = self._now()

    @contextmanager
    def busy(self, loop: str) -> Iterator[None]:
        """The loop does something that takes its time; ``step`` tells that it comes on."""
        mine = loop, threading.get_ident()
        with self._lock:
            self._work[mine] = self._now()
        try:
            yield
        finally:
            with self._lock:
                self._work.pop(mine, None)
            self.beat(loop)

    def step(self) -> None:
        """What this thread is busy with comes on."""
        me = threading.get_ident()
        with self._lock:
            for loop, thread in self._work:
                if thread == me:
                    self._work[loop, thread] = self._now()

    def complaints(self) -> list[str]:
        """What is stuck, for a person; nothing while all is well."""
        now = self._now()
        with self._lock:
            at_work = {loop for loop, _ in self._work}
            stuck = [(loop, now - at) for (loop, _), at in self._work.items() if now - at > STUCK]
            silent = [
                (name, now - loop.beat)
                for name, loop in self._loops.items()
                if name not in at_work and now - loop.beat > loop.limit
            ]
        return [
            *(f"{loop} is stuck: not a step for {seconds:.0f} s" for loop, seconds in stuck),
            *(f"{loop} is silent: not a beat for {seconds:.0f} s" for loop, seconds in silent),
        ]
