"""What each reader gets of an issue: by the issue's own rule, for their own window. Pure.

A million readers are no problem: equal interests are answered from memory, and a new one costs a
few operations on integers for each section.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

from digest.curate.coarse import Coarse, coarser
from digest.curate.fill import Filler, Plan, Pool
from digest.curate.inset import Inset, Selection
from digest.curate.order import Ranked, primary
from digest.model import Block, Edition, Interest, Slot, StoryId

#: selections that are remembered
_KEPT = 20_000
#: a window longer than this is a roll-up: stories age more slowly in it, by this factor
_LONG, _SLOWER = timedelta(hours=48), 6.0


class Selector:
    """Selects from the pool of one issue. ``until`` is the end of the issue's window.

    ``blocks`` are those that run in the issue: they stand among a reader's sections, and are
    nobody's reason to get mail, unless the whole issue holds nothing else.
    """

    def __init__(
        self,
        edition: Edition,
        pool: Pool,
        manual: Iterable[Slot],
        until: datetime | None = None,
        blocks: Sequence[Block] = (),
    ) -> None:
        self._pool = pool if isinstance(pool, Ranked) else Ranked(pool)
        self._manual = tuple(manual)
        self.filler = Filler(edition.sections, self._pool, self._manual)
        self._edition = edition
        self._until = until
        self._inset = Inset(edition.sections, blocks)
        self._alone = bool(blocks) and not self.filler.places(None)
        named = [*(one.segments for one in edition.sections), *(one.segments for one in blocks)]
        #: the segments that decide what a reader sees
        self.segments = frozenset[str]().union(*named)
        self._languages = frozenset(map(primary, edition.languages))
        self._kept = lru_cache(_KEPT)(self._select)

    @cached_property
    def _slow(self) -> Filler:
        """For windows in which stories age slowly."""
        slow = [
            replace(section, half_life=section.half_life * _SLOWER)
            for section in self._edition.sections
        ]
        return Filler(slow, self._pool, self._manual)

    def select(self, interest: Interest | None, step: Coarse = Coarse.NOTHING) -> Selection | None:
        """What a reader with ``interest`` gets; None where that is too little to send.

        ``interest`` None is the issue itself, as editors see it, however short. Coarsened by
        ``step``, or by more where that would leave too little: who gets mail does not depend on it,
        unless all that the issue holds for everybody is too little.
        """
        if interest is None:
            return self._inset.into(_filled(self.filler.places(None)), None)
        interest = self.narrowed(interest)
        own = self._kept(interest)
        if own is None or step is Coarse.NOTHING:
            return own
        coarsened = (self._kept(coarser(interest, one)) for one in Coarse if one >= step)
        return next((one for one in coarsened if one is not None), None)

    def narrowed(self, interest: Interest) -> Interest:
        """The part of ``interest`` that can change this issue, so that fewer readers differ."""
        segments = interest.segments & self.segments
        language = self._language(interest.language)
        if segments == interest.segments and language == interest.language:
            return interest
        return replace(interest, segments=segments, language=language)

    def _language(self, wanted: str) -> str:
        """What a reader's stories are written in, where the edition tells them apart."""
        if not self._languages:
            return ""
        wanted = primary(wanted)
        return wanted if wanted in self._languages else primary(self._edition.language)

    def _select(self, interest: Interest) -> Selection | None:
        filler = self._slow if self._is_long(interest) else self.filler
        found = _filled(filler.places(interest))
        # Who wants few stories is content with few.
        minimum = self._edition.reader_minimum
        minimum = min(minimum, interest.limit) if interest.limit else minimum
        missing = minimum - _count(found)
        if missing > 0:
            found = _topped_up(filler, found, interest, missing)
            # What editors pinned for everyone is for everyone, be it all there is.
            if not found or (_count(found) < minimum and not filler.for_everyone):
                return (self._alone and self._inset.into((), interest.segments)) or None
        return self._inset.into(found, interest.segments)

    def _is_long(self, interest: Interest) -> bool:
        since, until = interest.since, self._until
        return since is not None and until is not None and until - since > _LONG


def _filled(found: Iterable[tuple[Plan, tuple[StoryId, ...]]]) -> Selection:
    return tuple([(plan.section.slug, stories) for plan, stories in found if stories])


def _count(found: Selection) -> int:
    return sum([len(stories) for _, stories in found])


def _topped_up(filler: Filler, found: Selection, interest: Interest, missing: int) -> Selection:
    """``found`` with further editors' picks, which are for everyone, in the section for them."""
    picks = filler.picks(interest)
    if picks is None:
        return found
    had = {story for _, stories in found for story in stories}
    told = {story for one in had | filler.removed for story in (one, *filler.folded(one))}
    new = picks.order.new_since(interest.since) & picks.order.told_in(interest.language)
    more: list[StoryId] = []
    for story in picks.order.listed(picks.fits & new):
        if len(more) < missing and story not in told:
            more.append(story)
            told |= {story, *filler.folded(story)}
    held = dict(found)
    held[picks.section.slug] = (*held.get(picks.section.slug, ()), *more)
    slugs = [plan.section.slug for plan in filler.plans]
    return tuple([(slug, held[slug]) for slug in slugs if held.get(slug)])
