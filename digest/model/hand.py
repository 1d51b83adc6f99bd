"""The hand of the editors: all that they decided about one issue, apart from what rules fill."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from digest.ids import StoryId
from digest.model.issue import Overrides, Slot

#: before the number of a block, where it stands among sections; no section's slug holds a colon
_BLOCK = "block:"


class BlockKind(StrEnum):
    """What a block is for."""

    #: words of the newsroom's own
    TEXT = "text"
    #: what somebody pays for; it always says by whom
    SPONSOR = "sponsor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Words of an editor or a sponsor between an issue's sections."""

    #: unique in its issue
    id: int
    kind: BlockKind
    title: str = ""
    #: plain paragraphs, parted by blank lines
    text: str = ""
    url: str = ""
    #: the address of a picture, and what it shows
    image: str = ""
    alt: str = ""
    #: ``Sponsored by …``; a sponsor's block must have one
    label: str = ""
    #: the slug of the section it follows; empty: before the first
    after: str = ""
    #: only readers in one of these segments see it; empty: everyone
    segments: frozenset[str] = frozenset()
    #: the local dates it runs on, both included; None: open
    first: date | None = None
    last: date | None = None

    @property
    def slug(self) -> str:
        """Its name among an issue's sections."""
        return f"{_BLOCK}{self.id}"

    @property
    def told(self) -> str:
        """Itself in a line, for an editor."""
        first, _, _ = self.text.partition("\n")
        return f"[{self.kind}] {self.title or first or self.image}"

    def runs(self, day: date) -> bool:
        """Whether it stands in an issue of that local date."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionChange:
    """What is different about one section; None: as the edition has it."""

    slug: str
    hidden: bool = False
    minimum: int | None = None
    maximum: int | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """What editors decided about an issue. It survives every refresh of the pool."""

    #: pinned, for everyone or removed; none that a rule filled, and no story twice
    placed: tuple[Slot, ...] = ()
    #: what they wrote over a story, wherever in the issue it stands or comes to stand
    overrides: Mapping[StoryId, Overrides] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    #: in the order in which the issue shows these sections; those not named keep their places
    sections: tuple[SectionChange, ...] = ()
    #: empty: the edition's
    subject: str = ""
    preheader: str = ""
    #: None: the edition's
    note: str | None = None
    #: section → stories that may stand in for one that is withdrawn at the last look, best first
    reserves: Mapping[str, tuple[StoryId, ...]] = field(default_factory=dict)
