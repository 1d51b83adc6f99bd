"""What an editor may do to an issue: each a value, so that the desk and the command line agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from digest.model import Block, SectionChange, StoryId


class Where(StrEnum):
    """Where a story goes within its section."""

    UP = "up"
    DOWN = "down"
    TOP = "top"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Place a story, whether or not a rule would."""

    story: StoryId
    #: empty: the first section for editors' picks, or else the first
    section: str = ""
    #: from 1
    place: int = 1
    #: every reader gets it, whatever they chose
    everyone: bool = False


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a story out; no rule brings it back."""

    story: StoryId


@dataclass(frozen=True, slots=True)
class Replace:
    """Put another story where one stands, and take that out."""

    old: StoryId
    new: StoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Move a story that stands in the issue; it is pinned from then on."""

    story: StoryId
    #: a place counts from 1
    to: Where | int = Where.TOP
    #: empty: its own
    section: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """Leave a story to the rules again, placed or taken out; what was written over it stays."""

    story: StoryId


@dataclass(frozen=True, slots=True)
class Edit:
    """Write over a story for this issue: names of ``Overrides`` → text; None: as the story has it.

    An empty ``image_url`` shows no picture.
    """

    story: StoryId
    changes: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Subject:
    """Write the subject; empty: by the edition's pattern."""

    text: str


@dataclass(frozen=True, slots=True)
class Preheader:
    """Write the preheader; empty: by the edition's pattern."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Write the words before the stories; None: the edition's, empty: none."""

    text: str | None


@dataclass(frozen=True, slots=True)
class AddBlock:
    """Put in a block, as the last behind its section; its number is given by the issue."""

    block: Block


@dataclass(frozen=True, slots=True)
class ChangeBlock:
    """Let a block be as this one of the same number."""

    block: Block


@dataclass(frozen=True, slots=True)
class MoveBlock:
    """Put a block behind another section (empty: before the first), as the last there."""

    number: int
    after: str


@dataclass(frozen=True, slots=True)
class RemoveBlock:
    """Take a block out."""

    number: int


@dataclass(frozen=True, slots=True)
class ChangeSection:
    """Let a section be as told; all that is None or False is as the edition has it."""

    change: SectionChange


@dataclass(frozen=True, slots=True)
class OrderSections:
    """Show all sections in this order, by slug."""

    slugs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reserve:
    """Name the stories that may stand in for a section's, best first; none: the rules propose."""

    section: str
    stories: tuple[StoryId, ...]


@dataclass(frozen=True, slots=True)
class Spare:
    """Name one more story that may stand in for a section's, behind those named already."""

    section: str
    story: StoryId


@dataclass(frozen=True, slots=True)
class Restore:
    """Bring back all that editors had decided by a revision."""

    revision: int


StoryAction: TypeAlias = Pin | Remove | Replace | Move | Release | Edit | Reserve | Spare
TextAction: TypeAlias = Subject | Preheader | Note
BlockAction: TypeAlias = AddBlock | ChangeBlock | MoveBlock | RemoveBlock
Action: TypeAlias = StoryAction | TextAction | BlockAction | ChangeSection | OrderSections

#: what each is called where it is written down
KINDS: Mapping[type[Action | Restore], str] = {
    Pin: "pin",
    Remove: "remove",
    Replace: "replace",
    Move: "move",
    Release: "release",
    Edit: "edit",
    Subject: "subject",
    Preheader: "preheader",
    Note: "note",
    AddBlock: "add block",
    ChangeBlock: "change block",
    MoveBlock: "move block",
    RemoveBlock: "remove block",
    ChangeSection: "change section",
    OrderSections: "order sections",
    Reserve: "reserve",
    Spare: "reserve",
    Restore: "restore",
}
