"""Texts as TF-IDF vectors, and how alike they are by an inverted index. Pure.

Salton and Buckley, "Term-weighting approaches in automatic text retrieval" (1988).
"""

import math
import re
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from heapq import nlargest

#: term → weight, length 1
Vector = dict[str, float]
#: for each text the texts like it: index → cosine; those under the floor are absent
Likeness = list[dict[int, float]]

_WORD = re.compile(r"[^\W_]+")
_NOISE = frozenset(
    _WORD.findall(
        "a about after again all also an and any are as at be been before being between both "
        "but by can could did do does each few for from had has have he her here him his how "
        "i if in into is it its just may me might more most must my new no nor not now of off "
        "on once one only or other our out over own s said same say says shall she should so "
        "some such t than that the their them then there these they this those to too two "
        "under until up us very was we were what when where which while who whom whose why "
        "will with would you your"
    )
)
#: endings that say nothing of what a text is about, longest first, and what is left of them
_ENDINGS = (
    ("ingly", ""),
    ("sses", "ss"),
    ("edly", ""),
    ("ies", "y"),
    ("ing", ""),
    ("ers", "er"),
    ("ed", ""),
    ("ly", ""),
    ("es", ""),
    ("s", ""),
)
_ROOT = 3
#: earlier texts that one is set beside at most: a source that says the same a thousand times
#: must not cost a million pairs
_NEIGHBOURS = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What is compared of a story. ``at`` None: no time is known, so that none parts it."""

    title: str
    body: str = ""
    at: datetime | None = None


def words(text: str) -> list[str]:
    """The words of ``text`` in order, lower case."""
    return _WORD.findall(text.lower())


def terms(text: str) -> list[str]:
    """The words that say what ``text`` is about, without their endings, in order."""
    return [root for word in words(text) if (root := _root(word))]


@lru_cache(maxsize=200_000)
def _root(word: str) -> str:
    """``word`` without an English ending; nothing for a word that tells nothing."""
    if word in _NOISE or (len(word) == 1 and word.isascii() and not word.isdigit()):
        return ""
    for ending, left in _ENDINGS:
        stem = len(word) - len(ending)
        if word.endswith(ending) and stem >= _ROOT:
            if not word.endswith("ss"):
                word = word[:stem] + left
            break
    if len(word) > _ROOT and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > _ROOT + 1 else word


def vectors(counted: Sequence[Counter[str]], *, rarity: float, top: int) -> list[Vector]:
    """The ``top`` terms of each text, weighed by frequency and rarity among all of them.

    ``rarity``: the power of the inverse document frequency, 1 being the usual.
    """
    spread = Counter(term for counts in counted for term in counts)
    total = len(counted)
    weight = {term: math.log1p(total / count) ** rarity for term, count in spread.items()}
    return [
        unit(
            {term: (1 + math.log(count)) * weight[term] for term, count in counts.items()}, top=top
        )
        for counts in counted
    ]


def unit(vector: Vector, *, top: int) -> Vector:
    """The ``top`` heaviest terms of ``vector``, at length 1."""
    if len(vector) > top:
        # by weight, then by term: the same text gives the same vector on every run
        vector = dict(nlargest(top, vector.items(), key=lambda item: (item[1], item[0])))
    length = math.sqrt(sum(weight * weight for weight in vector.values()))
    return {term: weight / length for term, weight in vector.items()} if length else {}


def likeness(given: Sequence[Vector], *, floor: float, work: int = 1_000) -> Likeness:
    """The cosine of every two of ``given`` that is at least ``floor``.

    ``work`` is how many products of two weights it may cost for each text: where there is too much
    to compare, the commonest terms are left out, for they tell least. Of very many like one text
    only the nearest count.
    """
    idle = _idle(given, work * len(given))
    postings: dict[str, tuple[array[int], array[float]]] = {}
    found: Likeness = []
    for index, vector in enumerate(given):
        dots: dict[int, float] = {}
        so_far = dots.get
        for term, weight in vector.items():
            if term in idle:
                continue
            entries = postings.get(term)
            if entries is None:
                postings[term] = array("l", [index]), array("d", [weight])
                continue
            others, weights = entries
            for other, its in zip(others, weights, strict=True):
                dots[other] = so_far(other, 0.0) + weight * its
            others.append(index)
            weights.append(weight)
        mine = {other: dot for other, dot in dots.items() if dot >= floor}
        if len(mine) > _NEIGHBOURS:
            nearest = nlargest(_NEIGHBOURS, mine.items(), key=lambda item: (item[1], -item[0]))
            mine = dict(nearest)
        for other, dot in mine.items():
            found[other][index] = dot
        found.append(mine)
    return found


def _idle(given: Sequence[Vector], most: int) -> set[str]:
    """The terms that only one text has, and the commonest ones past ``most`` products."""
    spread = Counter(term for vector in given for term in vector)
    idle, work = set(), 0
    for term, count in sorted(spread.items(), key=lambda item: (item[1], item[0])):
        work += count * count // 2
        if count < 2 or work > most:
            idle.add(term)
    return idle
