"""An issue as its editors see it: section by section, each story and block in its place. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from digest.model import (
    Block,
    Candidate,
    Draft,
    Edition,
    Hand,
    Overrides,
    Section,
    Slot,
    SlotMode,
    StoryId,
)

#: what an editor may write over, by its name in ``Overrides``, as a person says it
WRITTEN = {
    "headline": "headline",
    "standfirst": "standfirst",
    "kicker": "kicker",
    "byline": "byline",
    "image_url": "picture",
    "alt": "picture’s text",
    "link": "link",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A story where it stands."""

    candidate: Candidate
    slot: Slot
    #: as readers see it
    headline: str
    #: from 1, in its section
    place: int
    #: what an editor wrote over, in words
    written: tuple[str, ...]

    @property
    def story(self) -> StoryId:
        """Its number."""
        return self.slot.story


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section with its stories, and the blocks that follow it."""

    section: Section
    rows: tuple[Row, ...]
    blocks: tuple[Block, ...]
    #: all sections, this one a place higher or lower; empty: it is the first or the last
    higher: tuple[str, ...]
    lower: tuple[str, ...]


def laid_out(draft: Draft, edition: Edition) -> list[Part]:
    """The sections of an issue, hidden ones too, in their order. ``edition`` is as it shows it."""
    pool = {one.stored.id: one for one in draft.pool}
    slugs = [section.slug for section in edition.sections]
    return [
        Part(
            section=section,
            rows=tuple(_rows(draft, pool, section.slug)),
            blocks=behind(draft.hand, section.slug),
            higher=_swapped(slugs, at - 1) if at else (),
            lower=_swapped(slugs, at) if at + 1 < len(slugs) else (),
        )
        for at, section in enumerate(edition.sections)
    ]


def behind(hand: Hand, slug: str) -> tuple[Block, ...]:
    """The blocks that follow a section; ``slug`` empty: those before the first."""
    return tuple(block for block in hand.blocks if block.after == slug)


def taken_out(draft: Draft) -> list[StoryId]:
    """The stories that editors took out."""
    return [one.story for one in draft.hand.placed if one.mode is SlotMode.REMOVED]


def written(over: Overrides | None) -> tuple[str, ...]:
    """What an editor wrote over a story, in words."""
    if over is None:
        return ()
    changed = [field.name for field in fields(over) if getattr(over, field.name) is not None]
    return tuple(WRITTEN[name] for name in changed)


def _rows(draft: Draft, pool: dict[StoryId, Candidate], slug: str) -> list[Row]:
    standing = [
        slot
        for slot in draft.slots
        if slot.section == slug and slot.mode is not SlotMode.REMOVED and slot.story in pool
    ]
    over = draft.hand.overrides
    return [
        Row(
            candidate=pool[slot.story],
            slot=slot,
            headline=_headline(pool[slot.story], over.get(slot.story)),
            place=place,
            written=written(over.get(slot.story)),
        )
        for place, slot in enumerate(standing, 1)
    ]


def _headline(candidate: Candidate, over: Overrides | None) -> str:
    told = over.headline if over is not None else None
    return candidate.stored.story.headline if told is None else told


def _swapped(slugs: Sequence[str], at: int) -> tuple[str, ...]:
    """``slugs`` with those at ``at`` and behind it in each other's places."""
    return (*slugs[:at], slugs[at + 1], slugs[at], *slugs[at + 2 :])
