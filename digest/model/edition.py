"""Editions and their sections: what config.toml says a newsletter is."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from digest.model.approval import Approval, NoApproval, SiteTrouble, Withdrawn
from digest.model.house_ad import HouseAd
from digest.model.rhythm import Holidays, MonthDay
from digest.model.utm import Utm

#: hours after which a story is worth half as much, where a section says nothing else
HALF_LIFE = 12.0


class Take(StrEnum):
    """What a section takes from the pool."""

    PICKS = "picks"
    LATEST = "latest"
    REGION = "region"
    TOPIC = "topic"
    REGION_TOPIC = "region_topic"


class WhenShort(StrEnum):
    """What becomes of an issue with fewer stories than its edition's minimum."""

    #: not sent; its stories stay for the next issue
    ROLL_OVER = "roll_over"
    #: not sent; its stories count as covered
    SKIP = "skip"
    #: sent with the edition's quiet-day template, even without a story
    QUIET = "quiet"
    #: sent as it is, unless it holds no story at all
    SEND = "send"


class WhenMissed(StrEnum):
    """What becomes of an issue that nobody sent in time because nothing was running."""

    #: not sent; its stories come in the next one
    ROLL_OVER = "roll_over"
    #: sent all the same, as long as its day lasts
    SEND = "send"


class Layout(StrEnum):
    """How a section shows its stories."""

    LEAD = "lead"
    CARDS = "cards"
    HEADLINES = "headlines"
    #: the first story with its picture, the others as headlines
    COMPACT = "compact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of an edition: which stories, how many, how shown."""

    slug: str
    #: in the edition's language
    title: str
    take: Take
    #: whether the newsroom chose the title; else it is what the section takes, in any language
    titled: bool = True
    region: str | None = None
    topic: str | None = None
    minimum: int = 1
    maximum: int = 4
    layout: Layout = Layout.CARDS
    #: hours after which a story is worth half as much here
    half_life: float = HALF_LIFE
    #: stories of one source, or of one author, past these wait until all others had their turn;
    #: 0: no limit
    per_source: int = 0
    per_author: int = 2
    #: only readers in one of these segments see it; empty: everyone
    segments: frozenset[str] = frozenset()
    #: an editor left it out of this issue
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when until when, by a reader's own clock; over midnight where ``ends`` comes first."""

    begins: time
    ends: time


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
    #: of these weeks only every so many, counted from that of ``first_week``
    every_weeks: int = 1
    first_week: date | None = None
    #: it goes on these days of each month, whatever the weekday; empty: by the week
    monthly: tuple[MonthDay, ...] = ()
    #: None: holidays are days like others
    holidays: Holidays | None = None
    #: at ``time`` by each reader's own clock, wave by wave; ``zone`` is for those who named none
    reader_local: bool = False
    #: of a reader-local edition: where the first wave goes
    first_zone: str = "Pacific/Kiritimati"
    when_missed: WhenMissed = WhenMissed.ROLL_OVER
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
    approval: Approval = Approval.NONE
    on_no_approval: NoApproval = NoApproval.HOLD
    #: so long before its lock an issue is given to people to look at
    review_minutes: int = 60
    #: whom it is given to: mailboxes of the newsroom, ``Ada <ada@example.org>``
    review_to: tuple[str, ...] = ()
    #: what the last look does about stories taken back, and about sites that do not answer
    last_look: Withdrawn = Withdrawn.REPLACE
    site_trouble: SiteTrouble = SiteTrouble.SEND
    lock_minutes: int = 10
    send_by_minutes: int = 90
    #: an issue with fewer stories is short, and this becomes of it
    minimum_stories: int = 1
    when_short: WhenShort = WhenShort.ROLL_OVER
    quiet_template: str = "quiet"
    #: the subject of a quiet issue without a story; Jinja2 like ``subject``
    quiet_subject: str = "{{ edition }}: a quiet day"
    #: the editor's standing words before the stories: plain text, blank lines between paragraphs
    note: str = ""
    house_ad: HouseAd | None = None
    #: what links to stories carry, placeholders unfilled
    utm: Utm | None = None
    #: a reader whose own choices leave fewer gets more of the editors' picks, or nothing
    reader_minimum: int = 1
    #: with more variants readers' selections are coarsened, step by step; 0: no limit
    max_variants: int = 0
    #: the languages it tells stories in, each reader's mail in one; empty: any, side by side
    languages: frozenset[str] = frozenset()
    #: a story already sent comes again, marked so, once it has changed a good deal
    updates: bool = True
    #: whether its links lead through our own site, to be counted
    count_clicks: bool = False
    #: whether issues that have gone are pages that anybody may read
    archive: bool = True
    #: when issues outside the schedule let a reader sleep; None: never
    quiet_hours: QuietHours | None = None

    @property
    def for_some(self) -> frozenset[str]:
        """The slugs of the sections that only readers in some segment see."""
        return frozenset(one.slug for one in self.sections if one.segments)
