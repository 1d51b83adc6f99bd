"""The parts that the steps work with. ``digest/app.py`` makes them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Engine

from digest.click_links import ClickLinks
from digest.copy_links import CopyLinks
from digest.curate.classify import Classifier
from digest.curate.group import Grouper
from digest.deliver.budget import Budget
from digest.deliver.marks import Marks
from digest.deliver.queue import Queue
from digest.deliver.routes import Route
from digest.errors import NotFoundError
from digest.model import (
    AlertRules,
    Decision,
    Edition,
    Look,
    ParsedStory,
    Reject,
    SourceWeight,
    StoredStory,
    StoryId,
    SubscriberId,
)
from digest.preflight import Answer, Standard
from digest.protocols import Audience, Clock, Source, Transport
from digest.render.render import Renderer
from digest.review_links import ReviewLinks
from digest.store.pools import Pools
from digest.watch.meter import Meter


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the mail is from."""

    #: ``The Meridian <digest@example.org>``
    from_: str
    reply_to: str
    #: what links to our own pages start with, no slash at the end
    public_url: str
    #: what lists' mail says in Precedence
    precedence: str = "bulk"
    #: a bare address for mail programs that leave a list by mail; may be empty
    unsubscribe_mailto: str = ""

    @property
    def domain(self) -> str:
        """The domain of From: Message-ID and List-Id live there."""
        return self.from_.rpartition("@")[2].rstrip("> ") or "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingRules:
    """What [sending] says of doubts, pauses and second thoughts."""

    #: what becomes of deliveries in doubt when nobody decides
    doubtful: Decision = Decision.HOLD
    #: so long a locked issue waits for somebody to take it back
    undo: timedelta = timedelta(0)
    #: an issue paused for longer goes on only if a person insists
    resume_within: timedelta = timedelta(hours=6)
    budget: Budget = field(default_factory=Budget)
    #: messages a second to count on; None: what was measured last
    per_second: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything a step may use."""

    engine: Engine
    clock: Clock
    sources: Mapping[str, Source]
    #: what each source is worth in the ranking, where config.toml says so
    weights: Mapping[str, SourceWeight]
    editions: Mapping[str, Edition]
    classifier: Classifier
    renderer: Renderer
    audience: Audience
    transport: Transport
    identity: Identity
    #: where variants stand on the web
    copies: CopyLinks
    #: where people say yes or no to an issue
    reviews: ReviewLinks
    #: where links lead whose clicks are counted
    links: ClickLinks
    #: names our messages so that what comes back is known
    marks: Marks
    #: language → region slug, topic or ``source/<name>`` → what its readers call it
    names: Callable[[str], Mapping[str, str]]
    #: reads one story from its address, an editor's find
    read: Callable[[str], ParsedStory | Reject]
    #: how often a source is polled
    every: timedelta
    #: where transports keep their journals
    journals: Path
    #: who we are, of no other process ever: ``host:pid:token``
    owner: str
    #: the ways out where there are several, in order of preference; ``transport`` speaks for all
    routes: Sequence[Route] = ()
    #: receiving domains of readers, for routes that warm up; never stored beside a reader
    domains: Callable[[Sequence[SubscriberId]], Mapping[SubscriberId, str]] = lambda _who: {}
    #: where batches wait for workers
    queue: Queue
    #: addresses that alerts go to
    alert_to: Sequence[str] = ()
    #: when an issue is late, and a source dead
    alert_rules: AlertRules = field(default_factory=AlertRules)
    #: the pools of issues that somebody works on
    pools: Pools = field(default_factory=Pools)
    rules: SendingRules = field(default_factory=SendingRules)
    #: asked between batches: whether to stop cleanly
    stopping: Callable[[], bool] = lambda: False
    #: what mail is measured against before it goes
    standard: Standard = field(default_factory=Standard)
    #: tries addresses; address → what it answered
    probe: Callable[[Sequence[str]], Mapping[str, Answer]] = lambda _addresses: {}
    #: asks stories' sites whether they still carry them; story → what was answered
    look: Callable[[Sequence[StoredStory]], Mapping[StoryId, Look]] = lambda _stories: {}
    #: hears what is done, for whoever counts
    meter: Meter = field(default_factory=Meter)
    #: which stories are copies, or of one event
    grouper: Grouper = field(default_factory=Grouper)

    @property
    def ways(self) -> Sequence[Route]:
        """The ways out, at least one."""
        only = Route(name=self.transport.name, transport=self.transport)
        return self.routes or (only,)

    def edition(self, slug: str) -> Edition:
        """The edition called ``slug``. Raises NotFoundError."""
        if slug not in self.editions:
            raise NotFoundError(
                f"there is no edition {slug!r}", hint=f"known: {', '.join(self.editions)}"
            )
        return self.editions[slug]


def zone(edition: Edition) -> ZoneInfo:
    """The zone an edition's clock runs in."""
    return ZoneInfo(edition.zone)
