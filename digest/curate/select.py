"""What each reader gets of an issue: by the issue's own rule, for their own window. Pure.

A million readers are no problem: equal interests are answered from memory, and a new one costs a
few operations on integers for each section.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from digest.curate.fill import Filled, Filler
from digest.model import Candidate, Edition, Interest, Slot, StoryId, Take

#: section → stories, in the order a reader sees them
Selection: TypeAlias = tuple[tuple[str, tuple[StoryId, ...]], ...]

#: selections that are remembered
_KEPT = 20_000
#: a window longer than this is a roll-up: stories age more slowly in it, by this factor
_LONG, _SLOWER = timedelta(hours=48), 6.0


class Selector:
    """Selects from the pool of one issue. ``until`` is the end of the issue's window."""

    def __init__(
        self,
        edition: Edition,
        pool: Sequence[Candidate],
        manual: Iterable[Slot],
        until: datetime | None = None,
    ) -> None:
        manual = tuple(manual)
        slow = [
            replace(section, half_life=section.half_life * _SLOWER) for section in edition.sections
        ]
        self.filler = Filler(edition.sections, pool, manual)
        self._slow = Filler(slow, pool, manual)
        self._edition = edition
        self._until = until
        self._told = frozenset(name for section in edition.sections for name in section.segments)
        self._kept = lru_cache(_KEPT)(self._select)

    def select(self, interest: Interest | None) -> Selection | None:
        """What a reader with ``interest`` gets; None where that is too little to send.

        ``interest`` None is the issue itself, as editors see it, however short.
        """
        if interest is None:
            return _told(self.filler.filled(None))
        return self._kept(self.narrowed(interest))

    def narrowed(self, interest: Interest) -> Interest:
        """The part of ``interest`` that can change this issue, so that fewer readers differ."""
        segments = interest.segments & self._told
        return replace(interest, segments=segments) if segments != interest.segments else interest

    def _select(self, interest: Interest) -> Selection | None:
        filler = self._slow if self._is_long(interest) else self.filler
        found = filler.filled(interest)
        missing = self._edition.reader_minimum - sum(len(one.stories) for one in found)
        if missing > 0:
            found = list(_topped_up(filler, found, interest, missing))
        if sum(len(one.stories) for one in found) < self._edition.reader_minimum:
            return None
        return _told(found)

    def _is_long(self, interest: Interest) -> bool:
        since, until = interest.since, self._until
        return since is not None and until is not None and until - since > _LONG


def _told(found: Iterable[Filled]) -> Selection:
    return tuple((one.section.slug, one.stories) for one in found if one.stories)


def _topped_up(
    filler: Filler, found: Sequence[Filled], interest: Interest, missing: int
) -> Iterator[Filled]:
    """``found`` with further editors' picks, which are for everyone, in the section for them."""
    picks = next((plan for plan in filler.plans if plan.section.take is Take.PICKS), None)
    if picks is None:
        yield from found
        return
    shown = {story for one in found for story in one.stories} | filler.removed
    told = {story for one in shown for story in (one, *filler.folded(one))}
    more: list[StoryId] = []
    for story in picks.order.listed(picks.fits & picks.order.new_since(interest.since)):
        if len(more) < missing and story not in told:
            more.append(story)
            told |= {story, *filler.folded(story)}
    for plan in filler.plans:
        one = next((one for one in found if one.section.slug == plan.section.slug), None)
        stories = one.stories if one else ()
        if plan is picks:
            stories += tuple(more)
        if stories:
            yield Filled(plan.section, stories)
