"""When a source is polled next, and when its silence is worth an alert. Pure.

A source is asked as often as the operator wants, less often where it says itself that its answer
stays fresh, publishes seldom, or keeps failing. What an edition needs before it locks is asked
for once in any case (pipeline.py).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

LEAST, LONGEST = timedelta(minutes=5), timedelta(hours=24)
#: a seldom source is still asked this often, a failing one this seldom at most
_SELDOM, _FAILING = timedelta(hours=1), timedelta(hours=4)
#: of the usual pause between two new stories, a poll may miss this part
_PART = 8
#: fewer arrivals than this show no rhythm
_LEAST_ARRIVALS = 5
_LEAST_SILENCE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How a source publishes."""

    #: the usual pause between two polls that brought something new
    usual: timedelta
    #: longer than this it has never been silent, with room for a weekend or a holiday
    silent_after: timedelta


def rhythm(arrivals: Sequence[datetime]) -> Rhythm | None:
    """The rhythm of a source that brought new stories at these times, in order; None: too few."""
    if len(arrivals) < _LEAST_ARRIVALS:
        return None
    gaps = sorted(later - earlier for earlier, later in pairwise(arrivals))
    silent_after = max(_LEAST_SILENCE, 2 * gaps[-1])
    return Rhythm(usual=gaps[len(gaps) // 2], silent_after=silent_after)


def silence(arrivals: Sequence[datetime], now: datetime) -> timedelta | None:
    """How long a source has been silent, where that is longer than it ever is; else None."""
    known = rhythm(arrivals)
    if known is None or now - arrivals[-1] <= known.silent_after:
        return None
    return now - arrivals[-1]


def interval(
    name: str,
    every: timedelta,
    *,
    polled_at: datetime,
    fresh_seconds: int = 0,
    failures: int = 0,
    arrivals: Sequence[datetime] = (),
) -> timedelta:
    """How long after ``polled_at`` to ask again: 5 minutes to 24 hours, give or take a tenth.

    The tenth keeps sources from being asked all at once; it follows from name and time, so that
    the same store waits the same time.
    """
    wait = max(every, timedelta(seconds=fresh_seconds))
    known = rhythm(arrivals)
    if known is not None:
        wait = max(wait, min(known.usual / _PART, _SELDOM))
    if failures > 1:
        wait = max(wait, min(every * 2 ** min(failures - 1, 10), _FAILING))
    wait = max(LEAST, min(wait, LONGEST))
    return max(LEAST, min(wait * _jitter(name, polled_at), LONGEST))


def _jitter(name: str, at: datetime) -> float:
    """0.9 to 1.1."""
    digest = hashlib.sha256(f"{name}\n{at.isoformat()}".encode()).digest()
    return 0.9 + 0.2 * int.from_bytes(digest[:4], "big") / 0xFFFFFFFF
