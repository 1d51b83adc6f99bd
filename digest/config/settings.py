"""The shapes of config.toml, one class a table. docs/config.md tells the same in prose."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

from digest.config.backup import BackupSettings
from digest.config.database import Database
from digest.config.desk import DeskSettings
from digest.config.filters import Filter
from digest.config.hearing import Bounces, Complaints, Hooks
from digest.config.places import Regions, Topics
from digest.config.providers import SendGrid, Smtp, WarmUp
from digest.config.retention import Retention
from digest.config.schedule import ScheduleSettings
from digest.config.signup import SignUpSettings
from digest.config.table import Table
from digest.config.values import (
    Colour,
    FontStack,
    Host,
    HttpUrl,
    Language,
    LeaveAddress,
    LocalTime,
    Mailbox,
    Slug,
    UtmPattern,
    Zone,
)
from digest.config.watching import Alerts, Logs, Metrics, SecretUrl
from digest.model import (
    HALF_LIFE,
    Approval,
    Layout,
    NoApproval,
    SiteTrouble,
    Take,
    Usage,
    WhenShort,
    Withdrawn,
)
from digest.render.brand import HEADING_FONT, TEXT_FONT, Density


class Newsroom(Table):
    """[newsroom]: who sends, and how it looks."""

    name: str = "Our newsroom"
    site_url: HttpUrl | None = None
    tagline: str = ""
    #: law asks for it in every mail (CAN-SPAM, CASL); required before real mail
    postal_address: str = ""
    #: where others sign up; a mail that is passed on leads there. Left out: our own page
    subscribe_url: HttpUrl | None = None
    logo_url: HttpUrl | None = None
    logo_width: int = Field(default=180, ge=40, le=560)
    accent: Colour = "#0b5d4e"
    accent_dark: Colour = "#6fd0b8"


class Shades(Table):
    """[brand.light] and [brand.dark]: the colours around the accent; left out: the bundled ones."""

    paper: Colour | None = None
    sheet: Colour | None = None
    ink: Colour | None = None
    quiet: Colour | None = None
    rule: Colour | None = None


class BrandSettings(Table):
    """[brand]: type, space and colours of the mail."""

    heading_font: FontStack = HEADING_FONT
    text_font: FontStack = TEXT_FONT
    #: the radius of pictures and buttons, in pixels
    corner: int = Field(default=3, ge=0, le=24)
    density: Density = Density.NORMAL
    light: Shades = Shades()
    dark: Shades = Shades()


class Web(Table):
    """[web]: where pages answer, and where readers reach them."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    #: what links in mail start with; at most 47 characters keep leave-links within 72
    public_url: Annotated[HttpUrl, StringConstraints(max_length=47)] = "http://127.0.0.1:8000"
    #: of each API key, in each process that serves
    api_calls_per_second: float = Field(default=50, gt=0)
    #: one ``id:secret`` a line, newest first; earlier ones stay valid for links already sent
    signing_keys: SecretStr = SecretStr("")
    #: keys the hashes in the suppression list; never changes
    pepper: SecretStr = SecretStr("")


class RouteSettings(Table):
    """[sending.routes.NAME]: one of several ways out, in the order of the file."""

    transport: Literal["smtp", "sendgrid"]
    smtp: Smtp = Smtp()
    sendgrid: SendGrid = SendGrid()
    per_second: float | None = Field(default=None, gt=0)
    warm_up: WarmUp | None = None
    #: unusable for so long, what is unclaimed goes by another; 0: at once
    give_up_after_minutes: int | None = Field(default=None, ge=0, le=1440)


class ErrorBudget(Table):
    """[sending] error_budget: when so many messages, and so large a share, go wrong, it pauses."""

    messages: int = Field(default=50, ge=1)
    share: float = Field(default=0.2, ge=0, le=1)


class Sending(Table):
    """[sending]: real mail is impossible until ``transport`` is changed."""

    #: ``routes``: those in [sending.routes]
    transport: Literal["outbox", "smtp", "sendgrid", "routes"] = "outbox"
    #: messages, whatever the number of workers
    per_second: float | None = Field(default=None, gt=0)
    routes: dict[Slug, RouteSettings] = Field(default_factory=dict)
    #: which of them letters go by: confirmations, tests, alerts; empty: the first
    letters: str = ""
    from_: Mailbox = Field(default="", alias="from")
    reply_to: Mailbox = ""
    #: what the header Precedence says, if anything
    precedence: Literal["bulk", "list", ""] = "bulk"
    #: where mail programs that leave a list by mail write to; the subject is the reader's leave key
    unsubscribe_mailto: LeaveAddress = ""
    outbox: Path = Path("var/outbox")
    #: what becomes of deliveries in doubt when nobody decides
    doubtful: Literal["hold", "resend", "skip"] = "hold"
    #: so long a locked issue waits for somebody to take it back
    undo_minutes: int = Field(default=0, ge=0, le=60)
    #: an issue paused for longer goes on only with --late
    resume_hours: float = Field(default=6, gt=0, le=72)
    error_budget: ErrorBudget = ErrorBudget()
    #: what to count on for the finish that a dry run tells; left out: measured, else assumed
    messages_per_second: float | None = Field(default=None, gt=0)
    smtp: Smtp = Smtp()
    sendgrid: SendGrid = SendGrid()

    @property
    def kinds(self) -> frozenset[str]:
        """The transports that mail goes by."""
        if self.transport != "routes":
            return frozenset({self.transport})
        return frozenset(route.transport for route in self.routes.values())


class UtmSettings(Table):
    """[utm]: what links to stories carry; nothing while ``source`` is empty."""

    source: UtmPattern = ""
    medium: UtmPattern = "email"
    campaign: UtmPattern = "{edition}-{date}"
    content: UtmPattern = ""
    #: only links there carry it; left out: all
    hosts: tuple[Host, ...] = ()


class Preflight(Table):
    """[preflight]: hosts that the checks before a send should know of."""

    #: not for readers: a link or picture there keeps an issue from going
    staging_hosts: tuple[Host, ...] = ()
    #: for readers, although they look like hosts for trying things out
    live_hosts: tuple[Host, ...] = ()
    #: pictures may come from there, beside your own hosts and your sources'
    picture_hosts: tuple[Host, ...] = ()


class Gather(Table):
    """[gather]"""

    every_minutes: int = Field(default=10, ge=1, le=1440)
    #: networks on your own premises that sources may live in, e.g. "10.1.0.0/16"
    allow_private: tuple[IPv4Network | IPv6Network, ...] = ()
    #: told to the sites you read, so that they can reach you
    contact: str = ""
    #: source → its application password
    passwords: dict[str, SecretStr] = Field(default_factory=dict)


class SourceSettings(Table):
    """[[sources]]"""

    name: Slug
    #: what readers see beside its stories; nothing if left out
    title: str = ""
    kind: Literal["feed", "wordpress", "folder", "sitemap", "page_box"]
    url: HttpUrl | None = None
    #: a feed document, a folder with a REST export, or a folder of Markdown, on this machine
    path: Path | None = None
    #: for dates that carry no zone of their own
    zone: Zone | None = None
    language: Language | None = None
    pick_sticky: bool = True
    pick_tags: tuple[str, ...] = ()
    pick_categories: tuple[str, ...] = ()
    #: of its addresses: parameters that tell stories apart though they are trackers elsewhere
    keep_parameters: tuple[str, ...] = ()
    #: parameters that tell no stories apart; ``*``: all but those kept
    drop_parameters: tuple[str, ...] = ()
    #: page_box: what stands over the box, e.g. "Editors' Picks"
    heading: str = Field(default="", max_length=200)
    #: page_box: whether its stories are editors' picks
    picks: bool = True
    #: what its stories are worth in the ranking, 0 to 1
    weight: float = Field(default=0.0, ge=0, le=1)
    #: whose reporting it brings; own reporting ranks higher
    usage: Usage | None = None
    #: wordpress: whose application password stands in gather.passwords
    username: str = ""
    #: wordpress: posts that are not out yet, to be known before; never mailed while embargoed
    statuses: tuple[Literal["future", "draft", "pending"], ...] = ()


class SectionSettings(Table):
    """[[editions.sections]]"""

    title: str | None = None
    take: Take
    region: str | None = None
    topic: str | None = None
    minimum: int = Field(default=1, ge=1, le=50)
    maximum: int = Field(default=4, ge=1, le=50)
    layout: Layout = Layout.CARDS
    half_life_hours: float = Field(default=HALF_LIFE, ge=1, le=720)
    per_source: int = Field(default=0, ge=0, le=50)
    per_author: int = Field(default=2, ge=0, le=50)
    segments: tuple[str, ...] = ()


class HouseAdSettings(Table):
    """[editions.house_ad]: a few words and a link, marked as your own or as an advertisement."""

    text: str = Field(min_length=1, max_length=300)
    url: HttpUrl
    image_url: HttpUrl | None = None
    image_alt: str = ""
    paid: bool = False


class QuietHoursSettings(Table):
    """[editions.quiet_hours]: when issues outside the schedule wait, by each reader's clock."""

    from_: LocalTime = Field(alias="from")
    until: LocalTime


class EditionSettings(ScheduleSettings):
    """[[editions]]"""

    slug: Slug
    name: str
    sources: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    language: Language = "en"
    template: Slug = "daily"
    subject: str = "{{ lead }}"
    preheader: str = "{{ others }}"
    approval: Approval = Approval.NONE
    on_no_approval: NoApproval = NoApproval.HOLD
    review_minutes: int = Field(default=60, ge=1, le=2880)
    review_to: tuple[Mailbox, ...] = ()
    last_look: Withdrawn = Withdrawn.REPLACE
    site_trouble: SiteTrouble = SiteTrouble.SEND
    minimum_stories: int = Field(default=1, ge=1)
    reader_minimum: int = Field(default=1, ge=1, le=50)
    max_variants: int = Field(default=0, ge=0)
    languages: tuple[Language, ...] = ()
    updates: bool = True
    count_clicks: bool = False
    #: left out: unless it goes to segments only
    archive: bool | None = None
    quiet_hours: QuietHoursSettings | None = None
    when_short: WhenShort = WhenShort.ROLL_OVER
    quiet_template: Slug = "quiet"
    quiet_subject: str = "{{ edition }}: a quiet day"
    note: str = Field(default="", max_length=4000)
    #: asked for once its issue has gone
    heartbeat: SecretUrl = SecretStr("")
    house_ad: HouseAdSettings | None = None
    sections: tuple[SectionSettings, ...] = Field(min_length=1)


class SegmentSettings(Table):
    """[[segments]]"""

    name: Slug
    filter: Filter


class Settings(BaseSettings):
    """The whole of config.toml."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix="DIGEST_",
        env_nested_delimiter="__",
        defer_build=True,
    )

    #: the folder of secret files, one value a file: sending__sendgrid__api_key
    secrets: Path = Path(".secrets")
    #: a folder whose templates stand before the bundled ones
    templates: Path | None = None
    newsroom: Newsroom = Newsroom()
    brand: BrandSettings = BrandSettings()
    database: Database = Database()
    web: Web = Web()
    desk: DeskSettings = DeskSettings()
    sending: Sending = Sending()
    utm: UtmSettings = UtmSettings()
    signup: SignUpSettings = SignUpSettings()
    hooks: Hooks = Hooks()
    bounces: Bounces = Bounces()
    complaints: Complaints = Complaints()
    retention: Retention = Retention()
    backup: BackupSettings = BackupSettings()
    alerts: Alerts = Alerts()
    logs: Logs = Logs()
    metrics: Metrics = Metrics()
    preflight: Preflight = Preflight()
    gather: Gather = Gather()
    sources: tuple[SourceSettings, ...] = ()
    editions: tuple[EditionSettings, ...] = ()
    segments: tuple[SegmentSettings, ...] = ()
    regions: Regions = Regions()
    topics: Topics = Topics()
