"""Ranks the stories an issue may use: a plain score whose every term can be shown. Pure."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from digest.curate.group import Group, moment
from digest.model import HALF_LIFE, Candidate, PickOrigin, SourceWeight, StoredStory, StoryId, Usage

FRESH = "fresh"
IMAGE = 0.2
#: told by several sources: the full sum from eight on
SOURCES = 0.35
_MANY = 3
WEIGHT = 0.25
OWN = 0.3
#: it was sent before, and comes again as an update
SENT = -0.5
PICKS = {
    PickOrigin.STICKY: 2.0,
    PickOrigin.DESK: 2.0,
    PickOrigin.CATEGORY: 1.5,
    PickOrigin.TAG: 1.5,
    PickOrigin.PAGE_BOX: 1.5,
    PickOrigin.FRONT_MATTER: 1.5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the stories beside themselves."""

    picks: Mapping[StoryId, PickOrigin] = field(default_factory=dict)
    #: the sources that carry each
    carriers: Mapping[StoryId, frozenset[str]] = field(default_factory=dict)
    groups: Mapping[StoryId, Group] = field(default_factory=dict)
    weights: Mapping[str, SourceWeight] = field(default_factory=dict)
    #: stories that were sent before and have changed since
    updates: Collection[StoryId] = ()
    #: stories that editors placed: none of them is left out for a copy
    pinned: Collection[StoryId] = ()


def rank(
    stories: Iterable[StoredStory], now: datetime, facts: Facts | None = None
) -> tuple[Candidate, ...]:
    """The stories, best first; of copies only the best. The same input gives the same order."""
    facts = facts or Facts()
    known = {stored.id: stored for stored in stories}
    tellers = _tellers(known, facts)
    made = [_candidate(stored, facts, tellers, now) for stored in known.values()]
    return tuple(_one_copy_each(in_order(made, HALF_LIFE), facts))


def again(candidate: Candidate, stored: StoredStory, came: datetime, now: datetime) -> Candidate:
    """A candidate of an earlier issue, whose window ended at ``came``, as it ranks now."""
    age = _age(stored, now)
    terms = {**candidate.terms, FRESH: _fresh(age, HALF_LIFE)}
    return replace(
        candidate,
        stored=_without_text(stored),
        score=round(sum(terms.values()), 4),
        terms=terms,
        age=age,
        update=False,
        earlier=came,
    )


def score_at(candidate: Candidate, half_life: float) -> float:
    """The score where a story is worth half as much after ``half_life`` hours."""
    if half_life == HALF_LIFE:
        return candidate.score
    steady = sum(value for name, value in candidate.terms.items() if name != FRESH)
    return round(steady + _fresh(candidate.age, half_life), 4)


def in_order(pool: Iterable[Candidate], half_life: float) -> list[Candidate]:
    """The pool as a section with that half-life ranks it."""
    return sorted(pool, key=lambda one: (-score_at(one, half_life), *_tie(one)))


def _tie(candidate: Candidate) -> tuple[float, int]:
    return candidate.age, candidate.stored.id


def _candidate(
    stored: StoredStory, facts: Facts, tellers: Mapping[StoryId, int], now: datetime
) -> Candidate:
    age = _age(stored, now)
    group = facts.groups.get(stored.id)
    pick = facts.picks.get(stored.id)
    update = stored.id in facts.updates
    terms = {
        FRESH: _fresh(age, HALF_LIFE),
        "image": IMAGE if stored.story.image is not None else 0.0,
        "sources": round(SOURCES * min(math.log2(tellers.get(stored.id, 1)), _MANY) / _MANY, 4),
        **_of_source(facts.weights.get(stored.source, SourceWeight())),
        "pick": PICKS[pick] if pick is not None else 0.0,
        "sent before": SENT if update else 0.0,
    }
    terms = {name: value for name, value in terms.items() if value or name == FRESH}
    return Candidate(
        stored=_without_text(stored),
        score=round(sum(terms.values()), 4),
        terms=terms,
        age=age,
        pick=pick,
        fold=group.fold if group else None,
        event=group.event if group else None,
        update=update,
    )


def _age(stored: StoredStory, now: datetime) -> float:
    """Hours since it counts as published."""
    return round(max(now - moment(stored), timedelta(0)) / timedelta(hours=1), 4)


def _without_text(stored: StoredStory) -> StoredStory:
    """The text was read to classify and to compare; no card shows it."""
    return replace(stored, story=replace(stored.story, text=""))


def _fresh(age: float, half_life: float) -> float:
    return round(math.pow(0.5, age / half_life), 4)


def _of_source(one: SourceWeight) -> dict[str, float]:
    return {
        "source": round(WEIGHT * one.weight, 4),
        "own reporting": OWN if one.usage is Usage.OWN else 0.0,
    }


def _tellers(known: Mapping[StoryId, StoredStory], facts: Facts) -> dict[StoryId, int]:
    """How many sources tell what each story tells."""
    folds = {key: facts.groups[key].fold if key in facts.groups else key for key in known}
    carriers: dict[StoryId, set[str]] = {}
    for key, stored in known.items():
        carriers.setdefault(folds[key], set()).update(facts.carriers.get(key, (stored.source,)))
    return {key: len(carriers[fold]) for key, fold in folds.items()}


def _one_copy_each(ranked: Sequence[Candidate], facts: Facts) -> Iterator[Candidate]:
    """Of each set of copies the best, or the one that editors placed; it remembers the others."""
    sets: dict[StoryId, list[StoryId]] = {}
    for one in sorted(ranked, key=lambda one: one.stored.id not in facts.pinned):
        group = facts.groups.get(one.stored.id)
        sets.setdefault(group.copy if group else one.stored.id, []).append(one.stored.id)
    others = {
        first: tuple(key for key in rest if key not in facts.pinned)
        for first, *rest in sets.values()
    }
    for one in ranked:
        key = one.stored.id
        if key in others:
            yield replace(one, copies=others[key]) if others[key] else one
        elif key in facts.pinned:
            yield one
