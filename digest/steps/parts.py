"""The parts that the steps work with. ``digest/app.py`` makes them.

Those that take long to make are made when a step first asks for them: to list the issues takes
none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.deliver.budget import Budget
from digest.errors import NotFoundError
from digest.later import MadeLater
from digest.model import AlertRules, Decision
from digest.watch.meter import Meter

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from digest.click_links import ClickLinks
    from digest.copy_links import CopyLinks
    from digest.curate.classify import Classifier
    from digest.curate.group import Grouper
    from digest.deliver.marks import Marks
    from digest.deliver.queue import Queue
    from digest.deliver.routes import Route
    from digest.model import (
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
    from digest.schedule.jump import Watch
    from digest.steps.installation import Installation
    from digest.store.pools import Pools


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


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything a step may use."""

    engine: "Engine"
    clock: "Clock"
    sources: "MadeLater[Mapping[str, Source]]" = MadeLater()
    #: what each source is worth in the ranking, where config.toml says so
    weights: "MadeLater[Mapping[str, SourceWeight]]" = MadeLater()
    editions: "MadeLater[Mapping[str, Edition]]" = MadeLater()
    classifier: "MadeLater[Classifier]" = MadeLater()
    renderer: "MadeLater[Renderer]" = MadeLater()
    audience: "MadeLater[Audience]" = MadeLater()
    #: the way out; where there are several it speaks for all
    transport: "MadeLater[Transport]" = MadeLater()
    #: the ways out where there are several, in order of preference
    routes: "MadeLater[Sequence[Route]]" = MadeLater()
    #: where batches wait for workers
    queue: "MadeLater[Queue]" = MadeLater()
    identity: Identity
    #: where variants stand on the web
    copies: "MadeLater[CopyLinks]" = MadeLater()
    #: where people say yes or no to an issue
    reviews: "MadeLater[ReviewLinks]" = MadeLater()
    #: where links lead whose clicks are counted
    links: "MadeLater[ClickLinks]" = MadeLater()
    #: names our messages so that what comes back is known
    marks: "MadeLater[Marks]" = MadeLater()
    #: receiving domains of readers, for routes that warm up; never stored beside a reader
    domains: "Callable[[Sequence[SubscriberId]], Mapping[SubscriberId, str]]"
    #: language → region slug, topic or ``source/<name>`` → what its readers call it
    names: Callable[[str], Mapping[str, str]]
    #: reads one story from its address, an editor's find
    read: "Callable[[str], ParsedStory | Reject]"
    #: how often a source is polled
    every: timedelta
    #: where transports keep their journals
    journals: Path
    #: who we are, of no other process ever: ``host:pid:token``
    owner: str
    #: whether the clock jumps; None: it is one that is set on purpose
    watch: "Watch | None" = None
    #: whether the database belongs here; None: nobody asks
    installation: "Installation | None" = None
    #: addresses that alerts go to
    alert_to: Sequence[str] = ()
    #: when an issue is late, and a source dead
    alert_rules: AlertRules = field(default_factory=AlertRules)
    #: the pools of issues that somebody works on
    pools: "MadeLater[Pools]" = MadeLater()
    rules: SendingRules = field(default_factory=SendingRules)
    #: asked between batches: whether to stop cleanly
    stopping: Callable[[], bool] = lambda: False
    #: what mail is measured against before it goes
    standard: "MadeLater[Standard]" = MadeLater()
    #: tries addresses; address → what it answered
    probe: "Callable[[Sequence[str]], Mapping[str, Answer]]"
    #: asks stories' sites whether they still carry them; story → what was answered
    look: "Callable[[Sequence[StoredStory]], Mapping[StoryId, Look]]"
    #: hears what is done, for whoever counts
    meter: Meter = field(default_factory=Meter)
    #: which stories are copies, or of one event
    grouper: "MadeLater[Grouper]" = MadeLater()

    @property
    def ways(self) -> "Sequence[Route]":
        """The ways out, at least one."""
        from digest.deliver.routes import Route

        only = Route(name=self.transport.name, transport=self.transport)
        return self.routes or (only,)

    def make_all(self) -> None:
        """Make now what would be made when it is first asked for. Raises ConfigError.

        For whoever runs for days: a mistake is told at the start, and no thread waits for a part
        that another one is making.
        """
        for one in fields(self):
            getattr(self, one.name)

    def guard(self) -> None:
        """Raise StrangerError where the database may be a copy: nothing may go of it."""
        if self.installation is not None:
            self.installation.guard()

    def edition(self, slug: str) -> "Edition":
        """The edition called ``slug``. Raises NotFoundError."""
        if slug not in self.editions:
            raise NotFoundError(
                f"there is no edition {slug!r}", hint=f"known: {', '.join(self.editions)}"
            )
        return self.editions[slug]


def zone(edition: "Edition") -> ZoneInfo:
    """The zone an edition's clock runs in."""
    return ZoneInfo(edition.zone)
