"""What an issue may use, narrowed and searched as an editor asks. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from digest.desk.laid_out import taken_out
from digest.model import Candidate, Draft, SlotMode, StoryId

#: what is shown at a time
PAGE = 50


class Show(StrEnum):
    """Which stories of the pool."""

    #: those that do not stand in the issue
    FREE = "free"
    ALL = "all"
    #: those that editors took out
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an editor looks for; empty: anything."""

    words: str = ""
    region: str = ""
    topic: str = ""
    source: str = ""
    #: not older than so many hours; 0: however old
    hours: int = 0
    show: Show = Show.FREE
    #: from 1
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event: its best report, and others that would be shown with it."""

    lead: Candidate
    others: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of what was found, best first."""

    told: tuple[Told, ...]
    #: how many in all, and on how many pages
    count: int
    page: int
    pages: int


def search(draft: Draft, wanted: Wanted) -> Found:
    """The events of the pool that ``wanted`` is true of, by their best report it is true of."""
    groups: dict[StoryId, list[Candidate]] = {}
    for one in _matching(draft, wanted):
        groups.setdefault(one.stored.id if one.fold is None else one.fold, []).append(one)
    pages = max(1, -(-len(groups) // PAGE))
    page = min(max(wanted.page, 1), pages)
    shown = list(groups.values())[(page - 1) * PAGE : page * PAGE]
    told = tuple(Told(lead=first, others=tuple(others)) for first, *others in shown)
    return Found(told=told, count=len(groups), page=page, pages=pages)


def _matching(draft: Draft, wanted: Wanted) -> Iterator[Candidate]:
    out = frozenset(taken_out(draft))
    standing = {slot.story for slot in draft.slots if slot.mode is not SlotMode.REMOVED}
    words = wanted.words.casefold().split()
    for one in draft.pool:
        key, read = one.stored.id, one.stored.classification
        if wanted.show is Show.OUT and key not in out:
            continue
        if wanted.show is Show.FREE and (key in standing or key in out):
            continue
        if wanted.region and wanted.region not in read.regions:
            continue
        if wanted.topic and wanted.topic not in read.topics:
            continue
        if wanted.source and wanted.source != one.stored.source:
            continue
        if wanted.hours and one.age > wanted.hours:
            continue
        if words and not _says(one, words):
            continue
        yield one


def _says(one: Candidate, words: list[str]) -> bool:
    story = one.stored.story
    text = f"{story.headline} {story.standfirst} {story.byline} {one.stored.source}".casefold()
    return all(word in text for word in words)
