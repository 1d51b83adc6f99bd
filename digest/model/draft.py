"""Drafts: an issue's content as it would go out."""

from dataclasses import dataclass, field

from digest.model.hand import Hand
from digest.model.issue import Candidate, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The ranked pool of an issue, what stands where in it, and its editors' hand."""

    #: best first
    pool: tuple[Candidate, ...]
    slots: tuple[Slot, ...]
    hand: Hand = field(default_factory=Hand)
