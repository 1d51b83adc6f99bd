"""Stories: as a source tells them, and as we keep and read them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.ids import StoryId

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


class StoryState(StrEnum):
    """Whether a story may be carried. Only a live one is."""

    LIVE = "live"
    #: its publisher took it back
    WITHDRAWN = "withdrawn"
    #: it asks for a password now
    PROTECTED = "protected"
    #: not to be carried before its time
    EMBARGOED = "embargoed"


class Look(StrEnum):
    """What a story's site answers just before it is sent."""

    THERE = "there"
    #: definite: 404, 410, or no longer published
    GONE = "gone"
    #: definite: it asks for a password now
    PROTECTED = "protected"
    #: nobody can tell: too slow, an error of the server, or refused
    UNCLEAR = "unclear"


class PickOrigin(StrEnum):
    """How an editor said "this one"."""

    STICKY = "sticky"
    CATEGORY = "category"
    TAG = "tag"
    #: it stands in a box of picks on a page of the site
    PAGE_BOX = "page_box"
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
    state: StoryState = StoryState.LIVE


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
    #: 0 to 1: how surely the first country or region is the right one; 0 where none was found
    place_confidence: float = 0.0
    #: the same of the first topic
    topic_confidence: float = 0.0

    @property
    def confidence(self) -> float:
        """The lesser of the two confidences, 0 to 1: low means an editor should look."""
        return min(self.place_confidence, self.topic_confidence)

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
