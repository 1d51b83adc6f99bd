"""SMTP: to a mail server that takes it from there, over a few connections at a time.

Each message is journalled right before its final dot and right after the answer to it. So what a
crash leaves in doubt is at most one message per connection.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from threading import Event, Thread

from digest.deliver.transports.answer import outcome, refused, unfit
from digest.deliver.transports.smtp_session import LostError, SmtpServer, SmtpSession
from digest.errors import DigestError, TransportError
from digest.model import DeliveryState, Message, Outcome
from digest.protocols import Journal
from digest.render.addresses import utf8_address

#: a connection more is worth its handshake for so many messages
WORTH_A_CONNECTION = 20
#: one connection may lose so many messages in a row before it counts as unusable
STRIKES = 3
#: the code of a message during which the connection was lost twice
LOST = "connection lost"
#: seconds that connections get to come to rest when a send is broken off
GRACE = 10


@dataclass(slots=True)
class _Work:
    """What the connections of one batch share."""

    todo: deque[Message]
    journal: Journal
    #: outcomes, or why a connection ended; None: it ended well
    answers: SimpleQueue[Outcome | Exception | None] = field(default_factory=SimpleQueue)
    stop: Event = field(default_factory=Event)
    sessions: list[SmtpSession] = field(default_factory=list)


class Smtp:
    """Mail by SMTP. SMTPUTF8 is asked for where an address needs it and the server offers it."""

    name = "smtp"
    batch_size = 200

    def __init__(
        self, server: SmtpServer, write: Callable[[Message], bytes], connections: int = 4
    ) -> None:
        self._server = server
        self._write = write
        self._connections = connections

    def send(self, batch: str, messages: Sequence[Message], journal: Journal) -> Iterator[Outcome]:
        """Hand over each message. Raises TransportError when no connection can be used."""
        del batch
        if not messages:
            return
        work = _Work(deque(messages), journal)
        # The first alone: a wrong password is tried once, not once per connection.
        work.sessions.append(SmtpSession(self._server))
        more = min(self._connections, -(-len(messages) // WORTH_A_CONNECTION)) - 1
        threads = [
            Thread(target=self._work, args=(work, first), daemon=True)
            for first in (work.sessions[0], *(None,) * more)
        ]
        try:
            for thread in threads:
                thread.start()
            yield from _answers(work, len(threads))
        finally:
            work.stop.set()
            for thread in threads:
                thread.join(GRACE)
            for session in work.sessions:
                session.abort()
            for thread in threads:
                thread.join()
            for session in work.sessions:
                session.close()

    def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
        """A mail server keeps no record that we could ask."""
        del messages
        return {}

    def _work(self, work: _Work, session: SmtpSession | None) -> None:
        """One connection's thread: takes messages until there are no more."""
        strikes = 0
        try:
            while not work.stop.is_set() and work.todo:
                session, answer = self._next(work, session)
                if answer is None:
                    continue
                work.answers.put(answer)
                lost = answer.state is DeliveryState.IN_DOUBT or answer.code == LOST
                strikes = strikes + 1 if lost else 0
                _give_up_at(strikes)
            if session is not None:
                session.quit()
            work.answers.put(None)
        except Exception as error:  # noqa: BLE001 - the caller's thread raises it
            work.answers.put(error)

    def _next(
        self, work: _Work, session: SmtpSession | None
    ) -> tuple[SmtpSession | None, Outcome | None]:
        """Send the next message, connecting first where need be."""
        try:
            message = work.todo.popleft()
        except IndexError:
            return session, None
        try:
            data, to = self._write(message), utf8_address(message.headers.to_address)
        except DigestError as error:
            return session, refused(message, error)
        try:
            for _ in range(2):
                if session is None or session.closed:
                    session = SmtpSession(self._server)
                    work.sessions.append(session)
                try:
                    return session, self._hand_over(work, session, message, to, data)
                except LostError:
                    # The server may close an idle or used-up connection at any time.
                    continue
        except TransportError:
            work.todo.appendleft(message)
            raise
        return session, outcome(message, DeliveryState.DEFERRED, LOST)

    def _hand_over(
        self, work: _Work, session: SmtpSession, message: Message, to: str, data: bytes
    ) -> Outcome:
        if not to.isascii() and not session.utf8:
            return unfit(message)
        noted = partial(work.journal.handing_over, [message.subscriber])
        answer = session.send(to, data, noted)
        told = outcome(message, answer.state, answer.code, answer.queue_id)
        work.journal.settled([told])
        return told


def _give_up_at(strikes: int) -> None:
    if strikes >= STRIKES:
        raise TransportError("the mail server keeps hanging up")


def _answers(work: _Work, threads: int) -> Iterator[Outcome]:
    """The outcomes as they come, until all connections have ended."""
    failed: Exception | None = None
    while threads:
        answer = work.answers.get()
        if isinstance(answer, Outcome):
            yield answer
            continue
        threads -= 1
        if isinstance(answer, Exception) and not isinstance(answer, TransportError):
            raise answer
        failed = failed or answer
    # One connection too many is no harm as long as the others took its share.
    if failed is not None and work.todo:
        raise failed
