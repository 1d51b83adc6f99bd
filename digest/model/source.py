"""What one poll of one source brings, and what is remembered until the next."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.model.story import Alias, ParsedStory

#: the built-in source of stories that editors add from their addresses; it is never polled
HAND = "hand"


class RejectReason(StrEnum):
    """Why an entry of a source did not become a story. None is dropped silently."""

    NO_HEADLINE = "no_headline"
    NO_LINK = "no_link"
    BAD_LINK = "bad_link"
    #: it asks for a password now; what is known of it is not carried any longer
    PROTECTED = "protected"
    #: the publisher took it back
    WITHDRAWN = "withdrawn"
    #: not to be carried before its time
    EMBARGOED = "embargoed"
    DUPLICATE = "duplicate"
    OVER_LIMIT = "over_limit"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One entry that did not become a story."""

    #: where in the source: an index, a guid or a file name
    entry: str
    reason: RejectReason
    detail: str = ""
    #: the entry's names, where a story that is known may have to be taken back
    aliases: tuple[Alias, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBody:
    """A document as a source answered it, kept to be read again when something looks wrong."""

    #: where it came from after redirects; empty for a file
    url: str
    content: bytes
    content_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMemory:
    """What a source remembers from one poll to the next. Stored as is between polls."""

    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    #: the WordPress REST root or feed URL that discovery found
    root: str = ""
    #: do not poll before this (Retry-After)
    not_before: datetime | None = None
    #: the WordPress posts of the last poll, by number: what is gone later was taken back
    posts: tuple[int, ...] = ()
    #: how long the last answer stays fresh by its own word, in seconds (ttl, Cache-Control)
    fresh_seconds: int = 0
    #: where the source lives now: it redirected there for good, on two days at least
    address: str = ""
    #: where it redirected for good the last time, and since when
    moving_to: str = ""
    moving_since: datetime | None = None
    #: answers of 404 in a row, and since when
    missing: int = 0
    missing_since: datetime | None = None
    #: when it last brought new stories, oldest first; written by the store
    arrivals: tuple[datetime, ...] = ()
    #: it gave one guid to two stories, so a guid alone names nothing there; written by the store
    guids_reused: bool = False


class GatherStatus(StrEnum):
    """How one poll of one source ended."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    #: 410: the publisher took it away; alert and stop
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheredSource:
    """What one poll of one source brought. A failure is a value here, not an exception."""

    source: str
    status: GatherStatus
    stories: tuple[ParsedStory, ...] = ()
    rejects: tuple[Reject, ...] = ()
    memory: SourceMemory = SourceMemory()
    #: one line for a person: what went wrong and what to do, or which road was taken
    note: str = ""
    #: what was read, to be kept; None where there is no one document
    body: KeptBody | None = None


class Usage(StrEnum):
    """Whose reporting a source brings."""

    OWN = "own"
    WIRE = "wire"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWeight:
    """What a source is worth in the ranking."""

    #: 0 to 1
    weight: float = 0.0
    usage: Usage | None = None
