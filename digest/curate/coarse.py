"""How selections are coarsened where an issue may have only so many variants. Pure.

Providers that take one content a request are handed a variant at a time. Each step forgets one more
thing that readers differ by, the same for all, until the variants are few enough: at the end
there is one for each language and style.
"""

from dataclasses import replace
from enum import IntEnum

from digest.model import Interest


class Coarse(IntEnum):
    """What is forgotten of readers: at each step all that the steps before it forgot, and more."""

    #: nothing: each reader gets what they chose
    NOTHING = 0
    #: since when they had no mail: only what came since the edition's last issue
    WINDOWS = 1
    TOPICS = 2
    REGIONS = 3
    #: how many stories they want
    LIMITS = 4
    #: which segments they are in: no section that is for one is shown
    SEGMENTS = 5


_WORDS = {
    Coarse.WINDOWS: "own windows",
    Coarse.TOPICS: "topics",
    Coarse.REGIONS: "regions",
    Coarse.LIMITS: "limits",
    Coarse.SEGMENTS: "segments",
}
_COARSENED = "selections coarsened"


def coarser(interest: Interest, step: Coarse) -> Interest:
    """What is left of ``interest`` at a step."""
    if step >= Coarse.WINDOWS:
        interest = replace(interest, since=None)
    if step >= Coarse.TOPICS:
        interest = replace(interest, topics=frozenset())
    if step >= Coarse.REGIONS:
        interest = replace(interest, regions=frozenset())
    if step >= Coarse.LIMITS:
        interest = replace(interest, limit=0)
    if step >= Coarse.SEGMENTS:
        interest = replace(interest, segments=frozenset())
    return interest


def told(step: Coarse, limit: int, variants: int) -> str:
    """What was done so that an issue has at most ``limit`` variants, for a person; or nothing."""
    if step is Coarse.NOTHING:
        return ""
    dropped = [words for at, words in _WORDS.items() if at <= step]
    named = " and ".join(filter(None, [", ".join(dropped[:-1]), dropped[-1]]))
    line = f"{_COARSENED} to {_count(variants)}, max_variants is {limit}: without {named}"
    if variants > limit:
        line += " (fewer than one for each language and style cannot be)"
    return line


def noted(reason: str) -> str:
    """What ``told`` said, out of an issue's reason."""
    return next((one for one in reason.split("; ") if one.startswith(_COARSENED)), "")


def _count(variants: int) -> str:
    return f"{variants} variant{'' if variants == 1 else 's'}"
