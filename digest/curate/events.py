"""Which stories tell of the same event: never merged, only set side by side. Pure.

TF-IDF alone misses two reports in different words, so each text first borrows from the texts
nearest to it (pseudo-relevance feedback: Rocchio 1971, Singhal and Pereira 1999); then average
link. Thresholds: tests/curate/test_grouping_evaluation.py.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from heapq import nlargest
from statistics import median

from digest.curate.linkage import average_link, labels
from digest.curate.similarity import Likeness, Text, Vector, likeness, terms, unit, vectors

#: reports further apart are of different events
WINDOW = timedelta(hours=72)
#: as alike as this: shown as one
FOLD_FULL, FOLD_HEADLINE = 0.72, 0.78
#: as alike as this: offered as related; of headlines alone less can be asked
EVENT_FULL, EVENT_HEADLINE = 0.45, 0.17
#: distinct terms of the usual text between which it counts as headline and as full
_HEADLINE, _FULL = 8, 24
#: a text of fewer distinct terms says too little to be of an event, and to be shown as one
_TELLING, _SURE = 3, 4

#: the event stands in the first paragraphs
_OPENING = 1_500
_RARITY = 0.7
_WIDEST, _NARROWEST = 80, 30
#: how many neighbours a text borrows from, how alike they must be, and in how many terms
_LENDERS, _LEAST, _SHARED = 7, 0.1, 2
#: what finding them may cost: rare words find the nearest (see ``likeness``)
_SEARCH = 600
#: likenesses under it count as none
_FLOOR_FULL, _FLOOR_HEADLINE = 0.1, 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """For each text the lowest index of those it belongs with; ``fold`` lies within ``event``."""

    event: tuple[int, ...]
    fold: tuple[int, ...]


def events(
    texts: Sequence[Text],
    together: Iterable[tuple[int, int]] = (),
    apart: Iterable[tuple[int, int]] = (),
) -> Events:
    """Group ``texts`` by event. ``together`` and ``apart`` are pairs that editors decided."""
    counted = [_terms(one) for one in texts]
    usual = median(map(len, counted)) if counted else 0
    richness = min(max((usual - _HEADLINE) / (_FULL - _HEADLINE), 0), 1)

    def between(headline: float, full: float) -> float:
        return headline + (full - headline) * richness

    top = round(between(_NARROWEST, _WIDEST))
    plain = vectors(counted, rarity=_RARITY, top=_WIDEST)
    near = _in_time(texts, likeness(plain, floor=_LEAST, work=_SEARCH))
    full = [_borrowing(plain, row, index, top) for index, row in enumerate(near)]
    floor = between(_FLOOR_HEADLINE, _FLOOR_FULL)
    alike = _in_time(texts, likeness(full, floor=floor))
    event, fold = between(EVENT_HEADLINE, EVENT_FULL), between(FOLD_HEADLINE, FOLD_FULL)
    _doubt(alike, [len(counts) < _SURE for counts in counted], math.nextafter(fold, 0))
    joins = average_link(alike, floor=event, together=together, apart=apart)
    return Events(event=labels(len(texts), joins, event), fold=labels(len(texts), joins, fold))


def _doubt(alike: Likeness, short: Sequence[bool], most: float) -> None:
    """Let no text that is too ``short`` be more alike than ``most``."""
    for index, row in enumerate(alike):
        for other, dot in row.items():
            if dot > most and (short[index] or short[other]):
                row[other] = most


def _terms(text: Text) -> Counter[str]:
    title = terms(text.title)
    counted = Counter([*title, *title, *terms(text.body[:_OPENING])])
    # "Weather on Monday" and "Crossword" are nobody's event.
    return counted if len(counted) >= _TELLING else Counter()


def _borrowing(plain: Sequence[Vector], near: dict[int, float], index: int, top: int) -> Vector:
    """A text's vector with a share of its nearest, so that synonyms meet."""
    own = plain[index]
    mixed = dict(own)
    for other, alike in nlargest(_LENDERS, near.items(), key=lambda item: (item[1], -item[0])):
        lent = plain[other]
        # One rare word in common is chance.
        if len(own.keys() & lent.keys()) < _SHARED:
            continue
        share = 1.5 * alike * math.sqrt(alike)
        for term, weight in lent.items():
            mixed[term] = mixed.get(term, 0.0) + share * weight
    return unit(mixed, top=top)


def _in_time(texts: Sequence[Text], alike: Likeness) -> Likeness:
    """``alike`` without the pairs further apart than ``WINDOW``."""
    times = [one.at for one in texts]
    known = [at for at in times if at is not None]
    if not known or max(known) - min(known) <= WINDOW:
        return alike
    return [
        {
            other: dot
            for other, dot in row.items()
            if at is None or (its := times[other]) is None or abs(at - its) <= WINDOW
        }
        for at, row in zip(times, alike, strict=True)
    ]
