"""Issues: the pool, the slots, the reader's interest, and where an issue stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from digest.ids import IssueId, StoryId
from digest.model.edition import WhenShort
from digest.model.story import PickOrigin, StoredStory


class SlotMode(StrEnum):
    """How a slot came about."""

    AUTO = "auto"
    PINNED = "pinned"
    #: pinned, and every reader gets it, whatever their regions and topics
    EVERYONE = "everyone"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What an editor wrote over a story for one issue only; the story itself never changes.

    None: as the story has it.
    """

    headline: str | None = None
    standfirst: str | None = None
    kicker: str | None = None
    byline: str | None = None
    #: empty: no picture
    image_url: str | None = None
    alt: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One place in an issue's section."""

    section: str
    position: int
    story: StoryId
    mode: SlotMode = SlotMode.AUTO
    #: why the story is here, for a person
    reason: str = ""

    @property
    def pinned(self) -> bool:
        """Whether an editor placed it."""
        return self.mode in {SlotMode.PINNED, SlotMode.EVERYONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A stored story that an issue may use, with its rank explained term by term.

    ``stored`` comes without the full text: an issue shows none of it.
    """

    stored: StoredStory
    #: by the usual half-life; a section may have its own (curate/rank.py)
    score: float
    terms: Mapping[str, float]
    #: hours since it counts as published
    age: float = 0.0
    pick: PickOrigin | None = None
    #: the lowest id of those that are shown as one with it; None: it stands alone
    fold: StoryId | None = None
    #: the lowest id of those that tell of its event, loosely
    event: StoryId | None = None
    #: the same copy from elsewhere, left out for this one
    copies: tuple[StoryId, ...] = ()
    #: it went out before, and has changed a good deal since
    update: bool = False
    #: the end of the earlier window it came in: only for readers whose last issue lies further
    #: back; None: it is of the issue's own window
    earlier: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What decides a reader's selection. Equal interests get the same variant.

    Empty regions or topics mean all of them.
    """

    regions: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    #: what came after this is new to them; None: the issue's own window
    since: datetime | None = None
    #: the most stories they want; 0: all that the sections hold
    limit: int = 0
    #: what their stories are written in, where the edition has several languages; empty: any
    language: str = ""


class IssueState(StrEnum):
    """Where an issue stands. Transitions are in curate/lifecycle.py."""

    PLANNED = "planned"
    DRAFTING = "drafting"
    #: given to people to look at; it fills on
    REVIEW = "review"
    APPROVED = "approved"
    LOCKED = "locked"
    SENDING = "sending"
    SENT = "sent"
    #: sent, and put right afterwards by a mail to those who got the mistake
    CORRECTED = "corrected"
    #: too few stories, then ``Issue.short`` tells what became of them; or somebody left it out
    SKIPPED = "skipped"
    #: waits; ``Issue.hold`` tells for what
    HELD = "held"
    #: past its send-by time; its stories roll into the next issue
    MISSED = "missed"
    #: past its send-by time, because it could not be made; its stories roll into the next issue
    FAILED = "failed"
    #: stopped by a person before anything of it went; its stories roll into the next issue
    CANCELLED = "cancelled"


class Hold(StrEnum):
    """What a held issue waits for."""

    #: approval is required and nobody gave it by the time to send
    APPROVAL = "approval"
    #: too few stories while sources fail: it fills on, and goes on by itself once they are well
    SOURCES = "sources"
    #: preflight found what no reader should get: it fills on, and goes on by itself once mended
    PREFLIGHT = "preflight"
    #: somebody wants it held; only a person lets it go on
    PERSON = "person"
    #: a story of it was taken back at the last look: it fills on, and a person lets it go
    STORIES = "stories"
    #: a site gave no clear answer at the last look: it is asked again
    SITE = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One dated instance of an edition; unique by (edition, local date, sequence)."""

    id: IssueId
    edition: str
    local_date: date
    sequence: int
    scheduled_at: datetime
    state: IssueState
    #: what it waits for while it is held
    hold: Hold | None = None
    #: what was done about too few stories; None where there were enough
    short: WhenShort | None = None
    window_from: datetime | None = None
    window_to: datetime | None = None
    #: goes up with every change of content
    revision: int = 0
    #: the revision that its stored pool was made for
    pool_revision: int = 0
    approved_revision: int | None = None
    #: SHA-256 of its pool, its slots and its editors' hand
    content_hash: str = ""
    #: SHA-256 of what it is made by, frozen at its lock: edition, names, brand, templates
    rules_hash: str = ""
    #: why it was skipped, held or missed
    reason: str = ""
    sent_at: datetime | None = None

    @property
    def extra(self) -> bool:
        """Whether it is outside the schedule: for readers who want such issues, at once."""
        return self.sequence > 1
