"""Segments: named filters over subscribers, as values. Pure.

segment_parse.py reads them, segment_sql.py makes SQL of them, segment_explain.py says of one
person whether and why they hold. A time may be told as so long before now; ``settle`` then says
when that is, so that a filter itself never looks at a clock.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum


class Field(StrEnum):
    """What a condition asks about that has words for values."""

    #: a region they chose; someone who chose none, and so gets all, is not in it
    REGION = "region"
    #: likewise a topic
    TOPIC = "topic"
    #: their language, by prefix as in RFC 4647 §3.3.1: ``en`` holds for ``en-gb``
    LANGUAGE = "language"
    #: an edition they get
    EDITION = "edition"
    #: an edition they left
    LEFT = "left"
    #: an edition they asked for and have not confirmed
    PENDING = "pending"
    TAG = "tag"
    FREQUENCY = "frequency"
    STYLE = "style"
    #: the IANA zone they chose; who chose none is in none
    ZONE = "zone"
    #: the domain of their address, in ASCII
    DOMAIN = "domain"
    #: where they said yes, any of the times they did
    CONSENT_SOURCE = "consent_source"


class Number(StrEnum):
    """What a condition asks about that has whole numbers for values."""

    #: the most stories they want; 0: all
    LIMIT = "limit"
    #: ISO weekday of a weekly reader
    WEEKLY_ON = "weekly_on"
    #: the hour of their day; who chose none has none
    HOUR = "hour"


class Flag(StrEnum):
    """What holds of a person or does not."""

    #: wants issues outside the schedule too
    BREAKING = "breaking"
    #: chose an hour
    OWN_HOUR = "own_hour"
    #: chose for themselves on the preference page
    CHOSE = "chose"
    #: has any tag
    TAGGED = "tagged"
    #: no mail at all goes to them, whatever they get
    SUPPRESSED = "suppressed"
    #: gets an edition, and is not suppressed
    MAILABLE = "mailable"


class Moment(StrEnum):
    """When something happened; to some people it never did."""

    #: when they said yes, which may be before we knew them
    JOINED = "joined"
    #: when they last said yes
    CONSENT = "consent"
    #: when they last did something themselves
    LAST_ACTIVE = "last_active"
    #: the newest issue they were sent
    LAST_RECEIVED = "last_received"


#: an instant, or so long before now
When = datetime | timedelta


@dataclass(frozen=True, slots=True)
class Has:
    """The field has one of these values."""

    field: Field
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Numbered:
    """The number is there, and one of these."""

    number: Number
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Is:
    """It holds of them."""

    flag: Flag


@dataclass(frozen=True, slots=True)
class Paused:
    """At this instant they get nothing because they paused."""

    at: When = timedelta(0)


@dataclass(frozen=True, slots=True)
class Before:
    """It happened, the last time before this instant."""

    moment: Moment
    at: When
    #: of LAST_RECEIVED alone: the edition; empty: any
    edition: str = ""


@dataclass(frozen=True, slots=True)
class After:
    """It happened, the last time at this instant or later."""

    moment: Moment
    at: When
    #: of LAST_RECEIVED alone: the edition; empty: any
    edition: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """They were sent so many issues or more, of an edition or of all."""

    least: int
    #: empty: all together
    edition: str = ""


@dataclass(frozen=True, slots=True)
class AttributeIs:
    """The newsroom's attribute has one of these values; no values: it is there at all."""

    name: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AttributeDate:
    """The attribute begins like ``2026-01-31`` and is before that day, or else on it or later."""

    name: str
    day: date
    before: bool


@dataclass(frozen=True, slots=True)
class AttributeNumber:
    """The attribute is a number (NUMBER) and at least, or else at most, this."""

    name: str
    bound: float
    least: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Filter"


#: what asks for the time, or how often
Timed = Paused | Before | After | Received
#: what asks for an attribute
Attribute = AttributeIs | AttributeDate | AttributeNumber
Filter = AllOf | AnyOf | Not | Has | Numbered | Is | Timed | Attribute

#: an attribute that can be compared as a number: so few digits that every database and Python
#: read the same number. A pattern that Python and PostgreSQL read alike
NUMBER = r"\A-?[0-9]{1,12}(\.[0-9]{1,3})?\Z"
#: an attribute that can be compared as a date
DATE = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}"


def settle(which: Filter, now: datetime) -> Filter:
    """The same filter with every time an instant."""
    match which:
        case AllOf(parts):
            return AllOf(tuple(settle(part, now) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(settle(part, now) for part in parts))
        case Not(part):
            return Not(settle(part, now))
        case Paused(at) | Before(_, at) | After(_, at) if isinstance(at, timedelta):
            return replace(which, at=now - at)
        case _:
            return which


def instant(at: When) -> datetime:
    """The time of a settled filter. Raises TypeError of one that is not."""
    if isinstance(at, timedelta):
        raise TypeError("a filter that tells times from now must be settled first")
    return at
