"""What a process holds, day by day, and whether it grows."""

import gc
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Held:
    """At the end of a day."""

    #: of memory that is really in use, in megabytes
    megabytes: float
    #: open files, sockets and pipes
    files: int


def held() -> Held:
    """By this process now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Held(
        pages * os.sysconf("SC_PAGE_SIZE") / 1e6, len(list(Path("/proc/self/fd").iterdir()))
    )


def slope(values: Sequence[float]) -> float:
    """Of the straight line through values that are one day apart (least squares); per day."""
    count = len(values)
    if count < 2:
        return 0.0
    middle, mean = (count - 1) / 2, sum(values) / count
    above = sum((at - middle) * (value - mean) for at, value in enumerate(values))
    return above / sum((at - middle) ** 2 for at in range(count))
