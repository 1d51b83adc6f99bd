"""Drafts: an issue's content as it would go out."""

from dataclasses import dataclass, field

from digest.ids import StoryId
from digest.model.hand import Hand
from digest.model.issue import Candidate, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The ranked pool of an issue, what stands where in it, and its editors' hand."""

    #: best first
    pool: tuple[Candidate, ...]
    slots: tuple[Slot, ...]
    hand: Hand = field(default_factory=Hand)

    @property
    def headlines(self) -> dict[StoryId, str]:
        """What each story of the pool is headed in this issue."""
        own = {one.stored.id: one.stored.story.headline for one in self.pool}
        over = self.hand.overrides
        written = {key: one.headline for key, one in over.items() if one.headline is not None}
        return own | written
