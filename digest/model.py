"""The words of the line as types. Pure: no I/O, no SQL, no web.

source → story → issue → variant → message → delivery → event

Type names tell the moment in the flow: a ``ParsedStory`` is what a source said, a
``StoredStory`` what we keep of it, a ``Candidate`` a stored story that an issue may use, a
``Slot`` its place there, a ``Card`` what a reader sees of it.
All times are aware and in UTC unless a name says local.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType, TypeAlias

StoryId = NewType("StoryId", int)
IssueId = NewType("IssueId", int)
VariantId = NewType("VariantId", int)
#: opaque here; whose it is, only the package ``subscribers`` knows. A plain int, so that its own
#: types satisfy our protocols as they are
SubscriberId: TypeAlias = int

#: the 12 topics; docs/glossary.md maps each to an IPTC Media Topic
TOPICS = (
    "politics",
    "crime_justice",
    "conflict_security",
    "disaster_accident",
    "business",
    "technology",
    "health",
    "science",
    "environment",
    "sports",
    "culture_entertainment",
    "society_lifestyle",
)


class AliasKind(StrEnum):
    """The kinds of names one story is known by, surest first."""

    #: ``<REST root>#<post id>``
    WORDPRESS = "wordpress"
    #: an RSS guid or Atom id; scoped ``<source>#<guid>`` unless it is a URI
    GUID = "guid"
    #: the key of a canonical URL (sources/identity.py), only ever compared, never linked
    URL = "url"


@dataclass(frozen=True, slots=True, order=True)
class Alias:
    """One name of a story. Unique over all sources."""

    kind: AliasKind
    value: str


class DateGrade(StrEnum):
    """How far a publication time can be trusted."""

    EXACT = "exact"
    ASSUMED_ZONE = "assumed_zone"
    DAY_ONLY = "day_only"
    NONE = "none"


class PickOrigin(StrEnum):
    """How an editor said "this one"."""

    STICKY = "sticky"
    CATEGORY = "category"
    TAG = "tag"
    #: ``pick: true`` in a story file's front matter
    FRONT_MATTER = "front_matter"
    DESK = "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture at its publisher's URL. Sizes in pixels, None where the source does not say."""

    url: str
    alt: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedStory:
    """One story as a source tells it: cleaned plain text (NFC, no markup), absolute http(s) URL."""

    aliases: tuple[Alias, ...]
    url: str
    headline: str
    standfirst: str = ""
    #: the full text where the source has it, else the standfirst
    text: str = ""
    byline: str = ""
    published_at: datetime | None = None
    date_grade: DateGrade = DateGrade.NONE
    modified_at: datetime | None = None
    #: BCP 47, lower case; empty where the source does not say
    language: str = ""
    #: the publisher's own categories as paths, ``World > Asia``
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    image: Image | None = None
    pick: PickOrigin | None = None
    #: the order in the source, 0 first
    position: int = 0


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


class Authority(StrEnum):
    """Who decided a region or topic, strongest first."""

    EDITOR = "editor"
    RULE = "rule"
    GAZETTEER = "gazetteer"
    LEXICON = "lexicon"
    HOME = "home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a story has a region, country or topic."""

    #: ``country``, ``region`` or ``topic``
    about: str
    value: str
    by: Authority
    score: float
    #: for a person: ``Niger: headline, 7 mentions``
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """Where a story plays and what it is about."""

    #: ISO 3166-1 alpha-2, primary first
    countries: tuple[str, ...] = ()
    #: slugs of the reader's regions (curate/regions.py), primary first
    regions: tuple[str, ...] = ()
    #: of ``TOPICS`` or the config's own, best first; empty means unfiled
    topics: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def primary_country(self) -> str | None:
        """The one country the story is mostly about, if any was found."""
        return self.countries[0] if self.countries else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStory:
    """A story as we keep it: the newest version of what its sources said, and our reading of it."""

    id: StoryId
    #: name of the source that brought it first
    source: str
    version: int
    story: ParsedStory
    first_seen_at: datetime
    classification: Classification = Classification()


class Take(StrEnum):
    """What a section takes from the pool."""

    PICKS = "picks"
    LATEST = "latest"
    REGION = "region"
    TOPIC = "topic"
    REGION_TOPIC = "region_topic"


class Layout(StrEnum):
    """How a section shows its stories."""

    LEAD = "lead"
    CARDS = "cards"
    HEADLINES = "headlines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of an edition: which stories, how many, how shown."""

    slug: str
    title: str
    take: Take
    region: str | None = None
    topic: str | None = None
    minimum: int = 1
    maximum: int = 4
    layout: Layout = Layout.CARDS
    #: only readers in one of these segments see it; empty: everyone
    segments: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A recurring newsletter: who it is for, when it goes, which sections, which template."""

    slug: str
    name: str
    #: local ``HH:MM`` in ``zone``
    time: str
    zone: str
    #: ISO weekdays, Monday is 1
    weekdays: frozenset[int] = frozenset(range(1, 8))
    sections: tuple[Section, ...] = ()
    #: names of sources; empty: all
    sources: frozenset[str] = frozenset()
    #: only readers in one of these segments get it; empty: every subscriber of the edition
    segments: frozenset[str] = frozenset()
    language: str = "en"
    template: str = "daily"
    #: Jinja2 over ``lead``, ``edition`` and ``date``
    subject: str = "{{ lead }}"
    preheader: str = ""
    approval_required: bool = False
    lock_minutes: int = 10
    send_by_minutes: int = 90
    #: an issue with fewer stories is skipped and its stories roll into the next
    minimum_stories: int = 1


class SlotMode(StrEnum):
    """How a slot came about."""

    AUTO = "auto"
    PINNED = "pinned"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What an editor changed for one issue only; the story itself never changes."""

    headline: str | None = None
    standfirst: str | None = None
    kicker: str | None = None
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
    overrides: Overrides = Overrides()
    #: why the story is here, for a person
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A stored story that an issue may use, with its rank explained term by term."""

    stored: StoredStory
    score: float
    terms: Mapping[str, float]
    pick: PickOrigin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What decides a reader's selection. Equal interests get the same variant.

    Empty regions or topics mean all of them.
    """

    regions: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    language: str = ""


class IssueState(StrEnum):
    """Where an issue stands. Transitions are in curate/lifecycle.py."""

    PLANNED = "planned"
    DRAFTING = "drafting"
    APPROVED = "approved"
    LOCKED = "locked"
    SENDING = "sending"
    SENT = "sent"
    #: too few stories; they roll into the next issue
    SKIPPED = "skipped"
    #: approval is required and nobody gave it by the time to send
    HELD = "held"
    #: past its send-by time; its stories roll into the next issue
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One dated instance of an edition; unique by (edition, local date, sequence)."""

    id: IssueId
    edition: str
    local_date: date
    sequence: int
    scheduled_at: datetime
    state: IssueState
    window_from: datetime | None = None
    window_to: datetime | None = None
    #: goes up with every change of content
    revision: int = 0
    approved_revision: int | None = None
    subject: str = ""
    preheader: str = ""
    #: SHA-256 of what was locked: pool, order, overrides, rules and templates
    content_hash: str = ""
    #: why it was skipped, held or missed
    reason: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a reader sees of one story: overrides applied, plain text, absolute URLs."""

    story: StoryId
    headline: str
    url: str
    standfirst: str = ""
    kicker: str = ""
    byline: str = ""
    source: str = ""
    language: str = ""
    image: Image | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledSection:
    """A section with its cards, in the order a reader sees them."""

    slug: str
    title: str
    layout: Layout
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantContent:
    """All that one group of readers gets of an issue, before rendering. Equal content, one key."""

    issue: IssueId
    edition: str
    edition_name: str
    template: str
    local_date: date
    language: str
    subject: str
    preheader: str
    sections: tuple[FilledSection, ...]

    @property
    def cards(self) -> tuple[Card, ...]:
        """All cards in reading order."""
        return tuple(card for section in self.sections for card in section.cards)


class Token(StrEnum):
    """What differs between two readers of one variant. Spliced in after rendering."""

    LEAVE_URL = "leave_url"
    PREFERENCES_URL = "preferences_url"


#: text cut at its tokens: the pieces between, literal or token
TokenText = tuple[str | Token, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedVariant:
    """A variant as mail: one render call makes it for desk, preview, test and send alike."""

    #: SHA-256 over subject, html and text with tokens in place
    key: str
    subject: str
    preheader: str
    language: str
    html: TokenText
    text: TokenText


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHeaders:
    """The headers of one message, not yet encoded. ``render/headers.py`` writes them."""

    from_: str
    to_address: str
    to_name: str = ""
    subject: str
    date: datetime
    #: without angle brackets, deterministic per delivery
    message_id: str
    reply_to: str = ""
    list_id: str = ""
    #: HTTPS, at most 72 characters; empty on letters that no list sends
    leave_url: str = ""
    feedback_id: str = ""
    auto_submitted: bool = False
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One variant addressed to one subscriber. Lives in memory only, never stored with its body."""

    #: names this send for ever: ``<issue>-<subscriber>``, or a letter's purpose key
    ref: str
    subscriber: SubscriberId
    headers: MailHeaders
    variant: RenderedVariant
    tokens: Mapping[Token, str]


class DeliveryState(StrEnum):
    """Where one delivery stands. ``accepted`` is only said of what a provider accepted."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    #: the provider refused for good
    REJECTED = "rejected"
    #: the provider asked us to come again
    DEFERRED = "deferred"
    #: handed over, outcome unknown; shown, never resent by itself
    IN_DOUBT = "in_doubt"
    #: not sent, with a reason: suppressed, left or paused since the audience was frozen
    EXCLUDED = "excluded"
    #: past the issue's send-by time
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one message."""

    subscriber: SubscriberId
    state: DeliveryState
    #: the provider's reply in short (``250``, ``550 5.1.1``, ``202``) or our reason
    code: str = ""
    provider_id: str = ""


class BatchState(StrEnum):
    """Where a batch of deliveries stands."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    DONE = "done"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A run of an issue's deliveries, claimed and settled together."""

    issue: IssueId
    number: int
    attempt: int
    #: subscriber → variant key
    deliveries: Mapping[SubscriberId, str] = field(default_factory=dict)

    @property
    def ref(self) -> str:
        """Names this attempt towards providers: ``<issue>.<batch>.<attempt>``."""
        return f"{self.issue}.{self.number}.{self.attempt}"
