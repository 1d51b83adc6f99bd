"""Where an issue's blocks stand among the sections that a reader gets. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeAlias

from digest.model import Block, Section, StoryId

#: section → stories, in the order a reader sees them; of a block, its slug and no story
Selection: TypeAlias = tuple[tuple[str, tuple[StoryId, ...]], ...]


def running(blocks: Iterable[Block], day: date) -> tuple[Block, ...]:
    """The blocks that stand in an issue of that local date."""
    return tuple(block for block in blocks if block.runs(day))


class Inset:
    """Puts blocks among selections from ``sections``, which are all of the issue's, in order.

    A block stands behind its section, or where that would stand; behind a section that there is
    not, at the end.
    """

    def __init__(self, sections: Sequence[Section], blocks: Iterable[Block]) -> None:
        self._places = {section.slug: place for place, section in enumerate(sections, 1)}
        last = len(sections)
        self._blocks = sorted(
            ((self._places.get(one.after, last) if one.after else 0, one) for one in blocks),
            key=lambda found: found[0],
        )

    def into(self, found: Selection, segments: frozenset[str] | None) -> Selection:
        """``found`` with the blocks for a reader in ``segments``; None: with all."""
        if not self._blocks:
            return found
        whole: list[tuple[str, tuple[StoryId, ...]]] = []
        waiting = [
            (place, block.slug)
            for place, block in self._blocks
            if segments is None or not block.segments or block.segments & segments
        ]
        for slug, stories in found:
            while waiting and waiting[0][0] < self._places[slug]:
                whole.append((waiting.pop(0)[1], ()))
            whole.append((slug, stories))
        return (*whole, *((slug, ()) for _, slug in waiting))
