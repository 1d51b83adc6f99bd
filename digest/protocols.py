"""Every seam of the line on one screen. ``digest/app.py`` plugs the parts in.

Each protocol has one contract suite in tests/, run over all its implementations.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from digest.model import (
    DeliveryState,
    GatheredSource,
    KeptBody,
    Message,
    Notice,
    Outcome,
    ParsedStory,
    SourceMemory,
    SubscriberId,
)


class Clock(Protocol):
    """Tells the time. Tests and ``--now`` hand in one of their own."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class Source(Protocol):
    """Where stories come from: one file per kind in digest/sources/."""

    @property
    def name(self) -> str:
        """The name in config.toml."""

    def gather(self, memory: SourceMemory, now: datetime) -> GatheredSource:
        """Read the source once. Expected faults are values (``GatherStatus.FAILED`` and a note)."""


@runtime_checkable
class Rereads(Protocol):
    """A source that can read a document again that it answered with once."""

    def read_again(self, document: KeptBody) -> Sequence[ParsedStory]:
        """The stories in it; none where it cannot be read."""


class Journal(Protocol):
    """A transport's own diary of one batch: an append-only local file that kill -9 leaves whole.

    Write ``handing_over`` before the first byte that could make the provider accept, and
    ``settled`` when its answer is in. After a crash the gap between the two is what is in doubt.
    """

    def handing_over(self, subscribers: Iterable[SubscriberId]) -> None:
        """From now on these may be accepted without our knowing."""

    def settled(self, outcomes: Iterable[Outcome]) -> None:
        """The provider has answered for these."""


class Transport(Protocol):
    """Hands messages to a provider: one file per kind in digest/deliver/transports/."""

    @property
    def name(self) -> str:
        """``outbox``, ``smtp`` or ``sendgrid``."""

    @property
    def batch_size(self) -> int:
        """How many messages one batch may hold."""

    def send(self, batch: str, messages: Sequence[Message], journal: Journal) -> Iterator[Outcome]:
        """Hand over each message; yield one outcome per message, in any order.

        ``batch`` names this attempt (``Batch.ref``). Raises TransportError when the provider
        cannot be used at all; messages without an outcome by then were not handed over, unless
        the journal says so.
        """

    def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
        """What this transport itself can prove about earlier hand-overs, by ``Message.ref``.

        ACCEPTED or PLANNED (certainly not sent); refs it knows nothing about are absent.
        """


@runtime_checkable
class Holding(Protocol):
    """What a transport can do besides, whose provider holds mail back until a time."""

    def schedule(self) -> str:
        """The provider's id for mail that goes out together. Raises TransportError."""

    def held(self, until: datetime, schedule: str) -> Transport:
        """The same transport, whose mail goes out at ``until``. Raises TransportError."""

    def cancel(self, schedule: str) -> None:
        """Have what is held thrown away. Raises TransportError."""


class Reader(Protocol):
    """A subscriber as the line sees them when the audience is frozen: no address."""

    @property
    def subscriber(self) -> SubscriberId: ...
    @property
    def regions(self) -> frozenset[str]: ...
    @property
    def topics(self) -> frozenset[str]: ...
    @property
    def segments(self) -> frozenset[str]:
        """Of the segments asked for, those this reader is in."""

    @property
    def language(self) -> str:
        """Empty where they never said: then the edition's is theirs."""

    @property
    def frequency(self) -> str:
        """``every``, ``weekdays`` or ``weekly``."""

    @property
    def limit(self) -> int:
        """The most stories they want; 0: all."""

    @property
    def style(self) -> str:
        """``full``, ``headlines``, ``large`` or ``plain``."""

    @property
    def hour(self) -> int | None:
        """The hour of their day at which they want it, 0 to 23; None: when the issue goes."""

    @property
    def zone(self) -> str:
        """The IANA name of the zone their clock runs in; empty: the edition's."""


class Recipient(Protocol):
    """A subscriber at the moment of sending: address and links, read at claim time only."""

    @property
    def subscriber(self) -> SubscriberId: ...
    @property
    def address(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def leave_path(self) -> str:
        """``/u/<leave key>``: RFC 8058 one-click; never expires, can only leave."""

    @property
    def preferences_path(self) -> str:
        """``/p/<signed token>``: the preference page, 30 days."""

    @property
    def measure_clicks(self) -> bool:
        """Whether they agree that their clicks are kept."""


class Audience(Protocol):
    """The front door of ``subscribers``, as far as the line uses it."""

    @property
    def segments(self) -> Collection[str]:
        """The names of the segments there are at this moment."""

    def readers(
        self,
        edition: str,
        segments: Sequence[str],
        asked: Sequence[str],
        days: frozenset[int],
        now: datetime,
        *,
        extra: bool = False,
    ) -> Iterator[Reader]:
        """Who is to get an issue of ``edition`` now, ordered by subscriber id, streamed.

        Active subscribers of the edition, in one of ``segments`` where any are named, not
        suppressed, not paused, who want mail on one of ``days``: the ISO weekdays that the issue
        answers for. With ``extra`` it is outside the schedule and answers for none: then those
        who want such issues.
        ``asked`` are the segments whose membership each reader should tell.
        """

    def reader(self, who: SubscriberId, asked: Sequence[str]) -> Reader:
        """One subscriber as ``readers`` tells of them, whether or not they get anything."""

    def excluded(
        self,
        edition: str,
        segments: Sequence[str],
        days: frozenset[int],
        now: datetime,
        *,
        extra: bool = False,
    ) -> Mapping[str, int]:
        """How many subscribers of the edition are left out, by reason."""

    def recipients(
        self, edition: str, subscribers: Sequence[SubscriberId], now: datetime
    ) -> Mapping[SubscriberId, "Recipient | str"]:
        """Address and links for each, or the reason not to mail them (``suppressed``, ``paused``…).

        Called inside the claim: suppression, unsubscription and pauses are checked here, last.
        """


class Feedback(Protocol):
    """The front door of ``subscribers``, as far as events use it.

    All of it may be told again, late and in any order; unknown people are passed over. Nobody is
    made to leave what they joined after the event.
    """

    def bounced(self, notices: Sequence[Notice]) -> None:
        """No mail reaches these people: they are suppressed."""

    def complained(self, notices: Sequence[Notice]) -> None:
        """These people called it spam: they are suppressed, and leave everything."""

    def unsubscribed(self, notices: Sequence[Notice]) -> None:
        """These people left the edition of the mail; everything, where it names none."""

    def leave_by_key(self, key: str, now: datetime, *, actor: str) -> bool:
        """Leave the edition whose mail carried this key. False if no mail ever did."""

    def by_address(self, told: str) -> SubscriberId | None:
        """Whose address this is; None if nobody's, or if it is none."""


class DueLetter(Protocol):
    """A letter to one person, at the moment of sending: with its address, stored nowhere."""

    @property
    def id(self) -> int:
        """Given once and never again."""

    @property
    def kind(self) -> str:
        """``confirmation``, ``known``, ``link``, ``welcome``, ``new_address``, ``old_address``,
        ``stay`` or ``resumed``.
        """

    @property
    def subscriber(self) -> SubscriberId: ...
    @property
    def address(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def language(self) -> str:
        """Empty where they never said."""

    @property
    def editions(self) -> Sequence[str]:
        """What it is about; may be none."""

    @property
    def path(self) -> str:
        """What its button opens; empty where it has none."""

    @property
    def preferences_path(self) -> str: ...
    @property
    def leave_path(self) -> str:
        """Empty where there is nothing to leave."""

    @property
    def barred(self) -> str:
        """Why it may not go; empty where it may."""


class Correspondence(Protocol):
    """The front door of ``subscribers``, as far as letters to people go."""

    def due(self, now: datetime, after: int, limit: int, *, bulk: bool) -> Sequence[DueLetter]:
        """Letters that wait, after one's id, oldest first, at most so many. Only reads.

        ``bulk``: those written to many at a time, else those that somebody waits for.
        """

    def done(self, letter: int, outcome: str, now: datetime) -> None:
        """It waits no more."""
