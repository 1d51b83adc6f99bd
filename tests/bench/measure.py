"""Times two ways of doing the same work in turns, by CPU; the median of five pairs decides."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table."""

    name: str
    #: in ``unit``, of our way; the median
    figure: float
    unit: str
    #: the other way, measured in the same run
    beside: str
    #: ours / the other's, pair by pair; the median
    ratio: float | None
    bar: float | None
    ok: bool | None


def rate(work: Callable[[], int], clock: Callable[[], float] = time.process_time) -> float:
    """How many of what ``work`` counts a second does: of this process's CPU, or of ``clock``."""
    gc.collect()
    start = clock()
    count = work()
    return count / (clock() - start)


def compare(
    name: str,
    ours: Callable[[], int],
    other: Callable[[], int],
    *,
    unit: str,
    beside: str,
    bar: float | None,
    rounds: int = ROUNDS,
    clock: Callable[[], float] = time.process_time,
) -> Figure:
    """Both ways in turns, ``rounds`` times. ``ours`` and ``other`` return what they counted."""
    pairs = [(rate(ours, clock), rate(other, clock)) for _ in range(rounds)]
    ratio = median(mine / theirs for mine, theirs in pairs)
    return Figure(
        name=name,
        figure=median(mine for mine, _ in pairs),
        unit=unit,
        beside=f"{beside} ({median(theirs for _, theirs in pairs):,.1f})",
        ratio=ratio,
        bar=bar,
        ok=None if bar is None else ratio >= bar,
    )
