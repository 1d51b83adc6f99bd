"""What one poll of one source brings, and what is remembered until the next."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.model.story import ParsedStory


class RejectReason(StrEnum):
    """Why an entry of a source did not become a story. None is dropped silently."""

    NO_HEADLINE = "no_headline"
    NO_LINK = "no_link"
    BAD_LINK = "bad_link"
    PROTECTED = "protected"
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
