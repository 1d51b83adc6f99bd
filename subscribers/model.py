"""The words of ``subscribers``: the person, their ties to editions, what they chose and proved.

Subscriber ids are plain integers, given once and never again. All times are aware, in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum

from subscribers.address import Address
from subscribers.zones import places


class SubscriptionState(StrEnum):
    """Where a person's tie to an edition stands."""

    ACTIVE = "active"
    #: asked for, not yet confirmed; never mailed
    PENDING = "pending"
    LEFT = "left"


class Kind(StrEnum):
    """What a preference is about."""

    REGION = "region"
    TOPIC = "topic"


class Frequency(StrEnum):
    """How often a person wants an edition they get."""

    EVERY = "every"
    #: Monday to Friday only
    WEEKDAYS = "weekdays"
    #: once a week, on a day of their own
    WEEKLY = "weekly"


class Style(StrEnum):
    """How a person wants their mail to look."""

    #: as designed
    FULL = "full"
    HEADLINES = "headlines"
    LARGE = "large"
    PLAIN = "plain"


class ConsentAction(StrEnum):
    """What happened to a person's consent."""

    #: asked for on a form, not confirmed yet
    REQUESTED = "requested"
    #: said yes again from their own mailbox
    CONFIRMED = "confirmed"
    GIVEN = "given"
    IMPORTED = "imported"
    WITHDRAWN = "withdrawn"
    #: too old, and not renewed when asked
    EXPIRED = "expired"


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: the day of a weekly reader who named none
SATURDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What there is to choose: slug or language code → name for a person, in order of display."""

    editions: Mapping[str, str]
    regions: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    #: BCP 47 code in lower case → the language's own name
    languages: Mapping[str, str] = field(default_factory=lambda: {"en": "English"})
    #: edition → when it comes, for a person: ``Weekdays at 06:30``
    rhythms: Mapping[str, str] = field(default_factory=dict)
    #: edition → the IANA zone that its times are in
    clocks: Mapping[str, str] = field(default_factory=dict)
    #: IANA zone → the place that it is named for
    time_zones: Mapping[str, str] = field(default_factory=places)
    #: ISO weekday → its name
    weekdays: Mapping[int, str] = field(default_factory=lambda: dict(enumerate(WEEKDAYS, 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A subscriber when an audience is frozen: what decides their selection, no address."""

    subscriber: int
    regions: frozenset[str]
    topics: frozenset[str]
    #: of the segments asked for, those this reader is in
    segments: frozenset[str]
    #: empty where they never said: then the edition's is theirs
    language: str
    frequency: Frequency
    #: the most stories they want; 0: all
    limit: int
    style: Style
    #: of their day, 0 to 23; None: when the edition goes
    hour: int | None
    #: IANA name of where their clock is; empty: the edition's
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A subscriber at the moment of sending."""

    subscriber: int
    address: str
    name: str
    leave_path: str
    preferences_path: str
    #: whether they agree that their clicks are kept
    measure_clicks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A subscriber in a list for the newsroom."""

    subscriber: int
    address: str
    name: str
    language: str
    joined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The proof that a person asked: where, when, and to which words they said yes."""

    source: str
    at: datetime
    wording: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How often, when, how much and in what style. None says nothing: what is known stays."""

    frequency: Frequency | None = None
    #: ISO weekday of the one issue that a weekly reader gets
    weekly_on: int | None = None
    #: the most stories of an issue; 0: all
    limit: int | None = None
    style: Style | None = None
    #: of their day, 0 to 23
    hour: int | None = None
    #: IANA name; empty: the edition's
    zone: str | None = None
    #: whether they want issues outside the schedule
    breaking: bool | None = None
    #: until when they want nothing
    paused_until: datetime | None = None


_WISHES = tuple(one.name for one in fields(Wish))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Wish):
    """A person as they come in, by import or by hand; every value already checked.

    An empty value says nothing: an upsert keeps what is known.
    """

    address: Address
    consent: Consent
    name: str = ""
    language: str = ""
    regions: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    editions: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    #: what else the newsroom knows of them, by name
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def chooses(self) -> bool:
        """Whether it says something that only the person decides once they have."""
        named = any(getattr(self, name) is not None for name in _WISHES)
        return named or bool(self.language or self.regions or self.topics)


class EnrolmentOutcome(StrEnum):
    """What became of an entry."""

    ADDED = "added"
    UPDATED = "updated"
    #: suppressed everywhere: nothing was stored
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What became of an entry, and of its editions."""

    outcome: EnrolmentOutcome
    #: None where suppressed
    subscriber: int | None = None
    #: editions this person left or is suppressed for; only they themselves may join again
    kept_out: frozenset[str] = frozenset()
    #: something to choose was given, but this person had chosen for themselves
    kept_choice: bool = False


#: as ``Choice.hour``: when the edition goes
EDITIONS_HOUR = -1


@dataclass(frozen=True, slots=True)
class Pause:
    """No mail before this instant; None: mail goes on now."""

    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Wish):
    """What a person chose on the preference page. None says nothing: what is known stays.

    ``hour`` may be ``EDITIONS_HOUR``.
    """

    #: those they get, of all that are offered
    editions: frozenset[str] | None = None
    #: empty: all of them; so for topics
    regions: frozenset[str] | None = None
    topics: frozenset[str] | None = None
    #: empty: no preference
    language: str | None = None
    #: whether it may be measured that they open mail, and which links
    measure_opens: bool | None = None
    measure_clicks: bool | None = None
    pause: Pause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Since when a person gets an edition, and how that came about."""

    since: datetime
    #: where they asked; empty where that is not known
    source: str
    #: when they said yes again from their mailbox
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What the preference page shows of a person."""

    subscriber: int
    #: ``j•••@example.org``
    masked_address: str
    #: editions they get
    editions: frozenset[str]
    regions: frozenset[str]
    topics: frozenset[str]
    language: str
    frequency: Frequency
    weekly_on: int
    limit: int
    style: Style
    #: None: when the edition goes
    send_hour: int | None
    #: empty: the edition's
    time_zone: str
    breaking: bool
    #: in the past: they get mail
    paused_until: datetime | None
    measure_opens: bool
    measure_clicks: bool
    joined_at: datetime
    #: where they first said yes
    source: str
    #: edition they get → how that came about
    ties: Mapping[str, Tie]
    #: the editions left last, all at once
    left: frozenset[str]
    left_at: datetime | None
    #: no mail goes to them at present, whatever they choose
    suppressed: bool

    def paused(self, now: datetime) -> bool:
        """Whether they want nothing at the moment."""
        return self.paused_until is not None and self.paused_until > now
