"""The pool of an issue as sets of bits, so that a reader's selection costs microseconds. Pure.

Bit 0 is the best story. What a section takes, what a reader wants and what stands elsewhere
already are integers; the next story to take is the lowest bit that all of them leave.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias

from digest.curate.rank import in_order
from digest.model import Candidate, Section, StoryId, Take

#: a set of stories
Bits: TypeAlias = int

#: sets of regions, and of topics, that are remembered: readers' choices repeat
_KEPT = 5_000


class Order:
    """The pool ranked by one half-life."""

    def __init__(self, pool: Iterable[Candidate], half_life: float) -> None:
        self.candidates = in_order(pool, half_life)
        self.stories = [one.stored.id for one in self.candidates]
        self._places = {story: at for at, story in enumerate(self.stories)}
        self._apart: dict[Order, list[Bits]] = {}
        self._every = (1 << len(self.candidates)) - 1
        self._picks = self._by(lambda one: [one.pick is not None]).get(True, 0)
        self._regions = self._by(lambda one: one.stored.classification.regions)
        self._topics = self._by(lambda one: one.stored.classification.topics)
        sources = self._by(lambda one: [one.stored.source])
        authors = self._by(lambda one: filter(None, [one.stored.story.byline]))
        folds = self._by(lambda one: [_told(one)])
        self._languages = self._by(lambda one: [primary(one.stored.story.language)])
        #: by place: all of its source, and of its author
        self.of_source = [sources[one.stored.source] for one in self.candidates]
        self.of_author = [authors.get(one.stored.story.byline, 0) for one in self.candidates]
        #: those shown as one with a story, and itself
        self.mates = {one.stored.id: folds[_told(one)] for one in self.candidates}
        own = (at for at, one in enumerate(self.candidates) if one.earlier is None)
        self._current = sum(1 << at for at in own)
        self.of_regions = lru_cache(_KEPT)(self._of_regions)
        self.of_topics = lru_cache(_KEPT)(self._of_topics)
        self.new_since = lru_cache(_KEPT)(self._new_since)

    def taken_by(self, section: Section) -> Bits:
        """The stories that a section may take."""
        if section.take is Take.PICKS:
            return self._picks
        found = self._every
        if section.region is not None:
            found &= self._regions.get(section.region, 0)
        if section.topic is not None:
            found &= self._topics.get(section.topic, 0)
        return found

    def listed(self, bits: Bits) -> list[StoryId]:
        """The stories of a set, best first."""
        return [story for at, story in enumerate(self.stories) if bits >> at & 1]

    def apart(self, other: "Order") -> list[Bits]:
        """For each story of this order, in ``other``: all but it and what is shown as one with it.

        Reckoned once for each ``other``.
        """
        if other not in self._apart:
            self._apart[other] = [~other.mates[story] for story in self.stories]
        return self._apart[other]

    def of(self, stories: Iterable[StoryId]) -> Bits:
        """These stories, as far as they are in the pool."""
        return sum({1 << self._places[key] for key in stories if key in self._places})

    def told_in(self, language: str) -> Bits:
        """What is written in a language, or does not say in which; empty: all."""
        if not language:
            return self._every
        return self._languages.get(primary(language), 0) | self._languages.get("", 0)

    def _of_regions(self, regions: frozenset[str]) -> Bits:
        """What plays in one of these regions; none means all."""
        return _any(self._regions, regions) if regions else self._every

    def _of_topics(self, topics: frozenset[str]) -> Bits:
        """What is about one of these topics; none means all."""
        return _any(self._topics, topics) if topics else self._every

    def _new_since(self, since: datetime | None) -> Bits:
        """What is new to a reader whose last issue covered all until then."""
        if since is None:
            return self._current
        return self._current | sum(
            1 << at
            for at, one in enumerate(self.candidates)
            if one.earlier is not None and one.earlier > since
        )

    def _by(self, names: Callable[[Candidate], Iterable[object]]) -> dict[object, Bits]:
        found: defaultdict[object, Bits] = defaultdict(int)
        for at, one in enumerate(self.candidates):
            for name in names(one):
                found[name] |= 1 << at
        return dict(found)


class Ranked:
    """A pool in every order that is asked for, each made once. Safe to share between threads."""

    def __init__(self, pool: Iterable[Candidate]) -> None:
        self.pool = tuple(pool)
        self._orders: dict[float, Order] = {}

    def by(self, half_life: float) -> Order:
        """The pool ranked by that half-life."""
        if half_life not in self._orders:
            self._orders[half_life] = Order(self.pool, half_life)
        return self._orders[half_life]


def primary(language: str) -> str:
    """The language of a tag, without its script or country: ``pt`` of ``pt-BR``."""
    return language.partition("-")[0].lower()


def _told(one: Candidate) -> tuple[bool, StoryId]:
    """What stories shown as one have in common."""
    return (False, one.stored.id) if one.fold is None else (True, one.fold)


def _any(sets: Mapping[object, Bits], names: Iterable[str]) -> Bits:
    found = 0
    for name in names:
        found |= sets.get(name, 0)
    return found
