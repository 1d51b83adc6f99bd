"""One batch over several connections, in one thread: whoever the network is ready for goes on.

In each round those whose body is out are journalled together and get their final dots. A disk
that takes its time to flush thus costs once a round, while the bodies are on their way.
"""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from time import monotonic

from digest.deliver.transports.answer import outcome
from digest.deliver.transports.smtp_envelope import Answer, Envelope
from digest.deliver.transports.smtp_queue import Queue
from digest.deliver.transports.smtp_server import Limits, SmtpServer
from digest.deliver.transports.smtp_session import SmtpSession
from digest.deliver.transports.smtp_wire import GoneError, Place
from digest.errors import TransportError
from digest.model import DeliveryState, Outcome
from digest.protocols import Journal

#: a connection more is worth its handshake for so many messages
WORTH_A_CONNECTION = 2
#: one connection may be lost so many times in a row before it counts as unusable
STRIKES = 3
#: one message is tried so many times
MOST_LOSSES = 2
#: the code of a message during which the connection was lost twice
LOST = "connection lost"
UNANSWERED = "no answer to the message"
#: what a broken or silent connection looks like
GONE = (GoneError, OSError)


@dataclass(slots=True, eq=False)
class _Slot:
    """One of the connections that may be open at a time, through all its reconnections."""

    session: SmtpSession
    #: where else the host answers
    elsewhere: list[Place]
    strikes: int = 0
    #: whether a message was answered since the last loss
    answered: bool = False
    #: what the selector watches it for
    watched: int = 0


@dataclass(slots=True, eq=False)
class Run:
    """One batch under way."""

    server: SmtpServer
    limits: Limits
    queue: Queue
    journal: Journal
    places: Callable[[], list[Place]]
    _selector: DefaultSelector = field(default_factory=DefaultSelector)
    _slots: list[_Slot] = field(default_factory=list)
    #: ends of connections, for the case that none is left
    _failures: list[TransportError] = field(default_factory=list)
    #: answers that the journal does not know yet
    _news: list[Outcome] = field(default_factory=list)

    def adopt(self, session: SmtpSession) -> None:
        """Use a connection that is open already."""
        self._watch(_Slot(session, []))

    def outcomes(self) -> Iterator[Outcome]:
        """Send all. Raises TransportError when messages are left and no connection is."""
        while True:
            self._put_to_work()
            yield from self._settled()
            if not self.queue and all(slot.session.free for slot in self._slots):
                return
            if not self._slots:
                raise self._failures[0]
            self._round(prepare=True)

    def rest(self, grace: float) -> list[SmtpSession]:
        """Begin nothing more, wait up to ``grace`` seconds for answers to dots; then hang up.

        Returns the connections that can be used again.
        """
        self.queue.clear()
        deadline = monotonic() + grace
        try:
            while monotonic() < deadline and any(slot.session.awaiting for slot in self._slots):
                self._round(prepare=False, patience=deadline - monotonic())
                self._settled()
            fit = [slot.session for slot in self._slots if slot.session.free]
        except BaseException:
            fit = []
            raise
        finally:
            self._selector.close()
            for slot in self._slots:
                if slot.session not in fit:
                    slot.session.close()
        return fit

    def _settled(self) -> list[Outcome]:
        """What is new, once the journal knows."""
        news = [*self._news, *self.queue.refused]
        if self._news:
            self.journal.settled(self._news)
        self._news, self.queue.refused = [], []
        return news

    # --- a round

    def _round(self, *, prepare: bool, patience: float = 3600) -> None:
        now = monotonic()
        wait = min([patience, *(one.session.deadline - now for one in self._due())])
        pause = self.queue.wait(now)
        if pause is not None:
            wait = min(wait, pause)
        events = self._selector.select(0)
        if not events and prepare and (self._dots() or self.queue.prepare(len(self._slots))):
            return
        if not events:
            events = self._selector.select(max(0, wait))
        for key, mask in events:
            slot: _Slot = key.data
            self._going(slot, partial(slot.session.wake, readable=bool(mask & EVENT_READ)))
        self._expire()

    def _due(self) -> list[_Slot]:
        return [slot for slot in self._slots if not slot.session.free]

    def _expire(self) -> None:
        now = monotonic()
        for slot in self._due():
            if slot.session.deadline <= now:
                self._lost(slot, TimeoutError())

    def _dots(self) -> bool:
        """Journal those who lack but the final dot, then send it; whether there were any.

        Asked when nobody else has anything to say, so that as many as can share one flush.
        """
        slots = [slot for slot in self._slots if slot.session.at_dot]
        if not slots:
            return False
        following = [self._following(slot.session) for slot in slots]
        self.journal.handing_over([slot.session.subscriber for slot in slots])
        for slot, envelope in zip(slots, following, strict=True):
            self._going(slot, partial(slot.session.finish, envelope))
        return True

    def _following(self, session: SmtpSession) -> Envelope | None:
        """The message whose commands may go behind the dot; written before anything is in doubt."""
        if not session.pipelines or self._used_up(session, 1):
            return None
        return self._next(session)

    def _put_to_work(self) -> None:
        """Give free connections a message each, and open more where it is worth it."""
        for slot in [slot for slot in self._slots if slot.session.free]:
            if self._used_up(slot.session, 0):
                self._renew(slot)
            elif (envelope := self._next(slot.session)) is not None:
                self._going(slot, partial(slot.session.begin, envelope))
        self._open_more()

    def _renew(self, slot: _Slot) -> None:
        self._drop(slot)
        slot.session.quit()
        if self.queue:
            self._open(self.places(), slot.strikes)

    def _used_up(self, session: SmtpSession, more: int) -> bool:
        most = self.limits.per_connection
        return bool(most) and session.messages + more >= most

    def _next(self, session: SmtpSession) -> Envelope | None:
        assert session.features is not None
        return self.queue.take(session.features, monotonic())

    def _open_more(self) -> None:
        greeting = sum(slot.session.features is None for slot in self._slots)
        # The first alone: a wrong password is tried once, not once per connection.
        if not self.queue or (greeting and greeting == len(self._slots)):
            return
        wanted = len(self._slots) - greeting + -(-len(self.queue) // WORTH_A_CONNECTION)
        most = min(wanted, self.limits.connections - len(self._failures))
        if not self._slots:
            most = 0 if self._failures else 1
        for _ in range(most - len(self._slots)):
            self._open(self.places(), 0)

    # --- connections

    def _open(self, places: list[Place], strikes: int) -> None:
        """Begin a connection at the first of ``places`` that is not refused at once."""
        try:
            session = SmtpSession(self.server, places[0])
        except OSError as error:
            self._cannot(error, places[1:], strikes)
        else:
            self._watch(_Slot(session, places[1:], strikes))

    def _cannot(self, error: Exception, elsewhere: list[Place], strikes: int) -> None:
        """A connection did not come about."""
        if elsewhere and not isinstance(error, ssl.SSLError):
            self._open(elsewhere, strikes)
        else:
            self._failures.append(self.server.unusable(_why(error)))

    def _going(self, slot: _Slot, go: Callable[[], None]) -> None:
        """Let a connection do something, and take in what comes of it."""
        try:
            go()
        except TransportError as error:
            self._collect(slot)
            self._put_away(slot)
            self._failures.append(error)
        except GONE as error:
            self._collect(slot)
            self._lost(slot, error)
        else:
            self._collect(slot)
            self._look_out(slot)

    def _collect(self, slot: _Slot) -> None:
        for envelope, answer in slot.session.told:
            self.queue.done(envelope)
            self._tell(envelope, answer)
            slot.answered = True
        slot.session.told.clear()

    def _lost(self, slot: _Slot, error: Exception) -> None:
        greeting = slot.session.features is None
        self._put_away(slot)
        if greeting:
            self._cannot(error, slot.elsewhere, slot.strikes)
            return
        strikes = 0 if slot.answered else slot.strikes + 1
        if strikes >= STRIKES:
            self._failures.append(self.server.unusable("keeps hanging up"))
        elif self.queue:
            self._open(self.places(), strikes)

    def _put_away(self, slot: _Slot) -> None:
        """Close a connection and say what became of its messages."""
        self._drop(slot)
        doubtful, unsent = slot.session.close()
        if doubtful:
            self.queue.done(doubtful)
            self._tell(doubtful, Answer(DeliveryState.IN_DOUBT, UNANSWERED))
        if unsent and unsent.losses < MOST_LOSSES:
            self.queue.put_back(unsent)
        elif unsent:
            self.queue.done(unsent)
            self._tell(unsent, Answer(DeliveryState.DEFERRED, LOST))

    def _tell(self, envelope: Envelope, answer: Answer) -> None:
        told = outcome(envelope.message, answer.state, answer.code, answer.queue_id)
        self._news.append(told)

    # --- the selector

    def _watch(self, slot: _Slot) -> None:
        self._slots.append(slot)
        slot.watched = EVENT_READ | EVENT_WRITE if slot.session.blocked else EVENT_READ
        self._selector.register(slot.session.number, slot.watched, slot)

    def _look_out(self, slot: _Slot) -> None:
        wanted = EVENT_READ | EVENT_WRITE if slot.session.blocked else EVENT_READ
        if wanted != slot.watched:
            slot.watched = wanted
            self._selector.modify(slot.session.number, wanted, slot)

    def _drop(self, slot: _Slot) -> None:
        self._slots.remove(slot)
        self._selector.unregister(slot.session.number)


def _why(error: Exception) -> str:
    """Why a connection did not come about, without words of the server's."""
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or 'no certificate'}"
    if isinstance(error, GoneError | TimeoutError):
        return "does not answer"
    return f"cannot be reached: {getattr(error, 'strerror', None) or type(error).__name__}"
