"""Two wordings of one text side by side, word by word. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Kept(StrEnum):
    """What became of a run of words."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Run:
    """Words that stand together."""

    kept: Kept
    text: str


def compared(before: str, after: str) -> list[Run]:
    """The words of both, in order; the texts of SAME and GONE are ``before``, NEW its changes."""
    was, now = (re.findall(r"\s+|[^\s]+", text) for text in (before, after))
    return list(_runs(was, now))


def _runs(was: list[str], now: list[str]) -> Iterator[Run]:
    matcher = SequenceMatcher(None, was, now, autojunk=False)
    for what, first, last, other, end in matcher.get_opcodes():
        if what == "equal":
            yield Run(Kept.SAME, "".join(was[first:last]))
            continue
        if last > first:
            yield Run(Kept.GONE, "".join(was[first:last]))
        if end > other:
            yield Run(Kept.NEW, "".join(now[other:end]))
