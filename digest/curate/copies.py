"""Which stories are one copy: as the wire sent it, shortened, retitled, reworded or cut. Pure.

An inverted index over each text's most telling terms (TF-IDF) proposes pairs; a pair is one copy
only if most of the shorter text stands in the longer one, word for word. Precision first: two
reports in one form (dividends, results of matches) differ in just a few names and numbers.
"""

import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import nlargest
from itertools import pairwise

from digest.curate.similarity import Text, words

#: how far apart two copies may be published
WINDOW = timedelta(days=7)
#: the share of the shorter text's words, by rarity, and of its pairs of words in the longer one
_WORDS, _PAIRS = 0.74, 0.42
#: the share of its numbers that may be others: a new week's figures make a new story
_NUMBERS = 0.34
#: texts of fewer words must agree more closely, numbers and all
_SHORT = 40
_WORDS_SHORT, _PAIRS_SHORT = 0.85, 0.75
#: bodies of fewer words are read with their headline
_BODY = 20
#: headlines alone: copies only if equal, and long enough not to be a column's name
_HEADLINE = 5

_TELLING = 24
#: telling terms that two texts must share to be compared, and how common a term may be
_SHARED = 4
_COMMON = 200
_EVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Read:
    """A text as it is compared."""

    words: tuple[str, ...]
    distinct: frozenset[str]
    #: whether there is nothing but a headline
    bare: bool
    at: datetime | None


def copies(texts: Sequence[Text]) -> tuple[int, ...]:
    """For each text the index of the earliest it is a copy of; its own where it is none's.

    Texts without a time count as earlier than all others, in the order given.
    """
    order = sorted(range(len(texts)), key=lambda index: (texts[index].at or _EVER, index))
    read = [_read(texts[index]) for index in order]
    spread = Counter(word for one in read for word in one.distinct)
    rarity = {word: math.log((len(read) + 1) / count) for word, count in spread.items()}
    parents = list(range(len(read)))
    for later, earlier in _proposed(read, rarity):
        first, second = _root(parents, earlier), _root(parents, later)
        if first != second and _same(read[earlier], read[later], rarity):
            parents[max(first, second)] = min(first, second)
    found = {index: order[_root(parents, place)] for place, index in enumerate(order)}
    return tuple(found[index] for index in range(len(texts)))


def _read(text: Text) -> _Read:
    body = words(text.body)
    given = tuple(body if len(body) >= _BODY else words(text.title) + body)
    return _Read(given, frozenset(given), not body, text.at)


def _root(parents: list[int], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index


def _proposed(read: Sequence[_Read], rarity: Mapping[str, float]) -> Iterator[tuple[int, int]]:
    """Pairs of texts that share telling terms, within the window; the later text first."""
    postings: defaultdict[str, deque[int]] = defaultdict(lambda: deque(maxlen=_COMMON))
    for index, one in enumerate(read):
        weight = {word: count * rarity[word] for word, count in Counter(one.words).items()}
        # by weight, then by word: the same texts give the same pairs on every run
        telling = nlargest(_TELLING, weight, key=lambda word: (weight[word], word))
        shared: Counter[int] = Counter()
        for word in telling:
            places = postings[word]
            shared.update(places)
            places.append(index)
        least = min(_SHARED, len(telling))
        for other, count in shared.items():
            if count >= least and _near(one.at, read[other].at):
                yield index, other


def _near(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or abs(one - other) <= WINDOW


def _same(one: _Read, other: _Read, rarity: Mapping[str, float]) -> bool:
    """Whether the shorter text stands in the longer one."""
    if one.bare or other.bare:
        return one.words == other.words and len(one.words) >= _HEADLINE
    if len(one.words) > len(other.words):
        one, other = other, one
    short = len(one.words) < _SHORT
    missing = one.distinct - other.distinct
    numbers = sum(word[0].isdigit() for word in one.distinct)
    other_numbers = sum(word[0].isdigit() for word in missing)
    if other_numbers > (0 if short else max(2, numbers * _NUMBERS)):
        return False
    whole = sum(rarity[word] for word in one.distinct)
    kept = whole - sum(rarity[word] for word in missing)
    if kept < (_WORDS_SHORT if short else _WORDS) * whole:
        return False
    pairs = set(pairwise(one.words))
    common = len(pairs & set(pairwise(other.words)))
    return common >= (_PAIRS_SHORT if short else _PAIRS) * len(pairs)
