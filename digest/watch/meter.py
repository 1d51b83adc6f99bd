"""What the line tells while it works, for whoever counts. This one forgets it all.

``digest/watch/prometheus.py`` counts; the steps know this alone.
"""

from collections.abc import Callable

from digest.watch.vitals import Vitals


class Meter:
    """Hears of polls, mails, posts and so on. Safe to share between threads; raises nothing."""

    def __init__(
        self, vitals: Vitals | None = None, done: Callable[[str], None] = lambda _job: None
    ) -> None:
        self.vitals = vitals or Vitals()
        self._done = done

    def done(self, job: str) -> None:
        """A job of ``digest.store.pulses`` was done, for other processes to see."""
        self._done(job)

    def step(self) -> None:
        """What this thread does comes on: it is not stuck."""
        self.vitals.step()

    def polled(self, source: str, result: str, seconds: float) -> None:
        """A source was read: ``result`` is its ``GatherStatus``."""

    def composed(self, edition: str, seconds: float) -> None:
        """An issue was filled, or filled on."""

    def ticked(self, seconds: float) -> None:
        """The line was walked once."""

    def mailed(self, edition: str, octets: int) -> None:
        """A mail of an issue was made, of so many octets of HTML."""

    def requested(self, route: str, code: str, seconds: float) -> None:
        """A provider answered a request; ``code``: as ``short`` makes it."""

    def refused(self, route: str, error: str) -> None:
        """A provider could not be used; ``error`` is the class of it."""

    def handed_over(self, route: str, state: str) -> None:
        """A message has an outcome."""

    def posted(self, hook: str, result: str) -> None:
        """Somebody posted events: ``taken``, ``not_signed`` or ``unreadable``."""

    def heard(self, hook: str, result: str, count: int) -> None:
        """Events of a post: ``new``, ``known``, ``foreign`` or ``bad``."""

    def lagged(self, hook: str, seconds: float) -> None:
        """An event was told so long after it happened."""

    def left(self, seconds: float) -> None:
        """A request to leave was answered, and is durable."""

    def logged(self, event: str, level: str) -> None:
        """A line of warning or worse was written."""

    def replaced(self, worker: str, reason: str) -> None:
        """A worker process was killed or died; another takes its place."""


def short(code: str) -> str:
    """The reply's three digits, so that there are few of them; ``none`` where it has none."""
    digits = code[:3]
    return digits if len(digits) == 3 and digits.isascii() and digits.isdigit() else "none"
