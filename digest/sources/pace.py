"""One request at a time to each host, with a short pause between two."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from digest.sources.guard import TooSlowError


class Pace:
    """Whose turn it is at which host, for any number of threads. Times in seconds.

    ``gap`` is the least pause between two requests to a host, ``patience`` the longest wait for
    a turn: behind a host that hangs, a long queue gives up instead of holding its threads.
    """

    def __init__(self, gap: float = 0.2, patience: float = 90) -> None:
        self._gap = gap
        self._patience = patience
        self._hosts: dict[str, _Turn] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Wait for a turn at ``host`` and hold it. Raises TooSlowError out of patience."""
        with self._lock:
            mine = self._hosts.setdefault(host.lower(), _Turn())
            mine.wanted += 1
        try:
            if not mine.lock.acquire(timeout=self._patience):
                raise TooSlowError(
                    f"{host} is held up by an earlier request",
                    hint="It is tried again at the next poll",
                )
            try:
                time.sleep(max(0.0, mine.free_at - time.monotonic()))
                yield
            finally:
                mine.free_at = time.monotonic() + self._gap
                mine.lock.release()
        finally:
            with self._lock:
                mine.wanted -= 1
                if not mine.wanted:
                    self._forget()

    def _forget(self) -> None:
        """Hosts that nobody waits for and whose pause is over, once there are many."""
        if len(self._hosts) > 1000:
            now = time.monotonic()
            self._hosts = {
                host: turn
                for host, turn in self._hosts.items()
                if turn.wanted or turn.free_at > now
            }


class _Turn:
    """The queue at one host."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.wanted = 0
        self.free_at = 0.0
