"""So many calls a second for each key, in this process; none of them can starve the others."""

import math
import time
from collections.abc import Callable

from subscribers.api.problem import ProblemError


class Limits:
    """A bucket of tokens for each key: it holds two seconds' worth. For one event loop."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_second
        self._most = max(1.0, 2 * per_second)
        self._clock = clock
        #: key → tokens, when
        self._left: dict[int, tuple[float, float]] = {}

    def take(self, key: int) -> None:
        """Count one call. Raises ProblemError where there were too many."""
        now = self._clock()
        left, then = self._left.get(key, (self._most, now))
        left = min(self._most, left + (now - then) * self._rate)
        if left < 1:
            self._left[key] = left, now
            wait = math.ceil((1 - left) / self._rate)
            raise ProblemError(
                429,
                "too_many",
                f"At most {self._rate:g} calls a second.",
                headers={"Retry-After": str(wait)},
            )
        self._left[key] = left - 1, now
