"""SMTP: to a mail server that takes it from there, over many connections at a time.

Each message is journalled right before its final dot and right after the answer to it. So what a
crash leaves in doubt is at most one message per connection.
"""

import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from select import select
from time import monotonic

from digest.deliver.transports.smtp_envelope import Envelope
from digest.deliver.transports.smtp_hello import check
from digest.deliver.transports.smtp_queue import Pace, Queue
from digest.deliver.transports.smtp_run import Run
from digest.deliver.transports.smtp_server import Limits, SmtpServer
from digest.deliver.transports.smtp_session import SmtpSession
from digest.deliver.transports.smtp_wire import Place, places
from digest.model import DeliveryState, Message, Outcome
from digest.protocols import Journal
from digest.render.addresses import utf8_address

#: seconds that unanswered messages get when a send is broken off
GRACE = 10
#: seconds for which an open connection waits for the next batch; servers wait for minutes
IDLE = 20


class Smtp:
    """Mail by SMTP; may be used by several threads.

    ``write`` makes a message's bytes: CRLF line ends, no line that starts with a dot.
    ``return_path`` makes the envelope's sender from ``Message.ref``; without it, it is always the
    server's ``envelope_from``.
    """

    name = "smtp"
    #: what is in doubt when a machine is lost for good
    batch_size = 100

    def __init__(
        self,
        server: SmtpServer,
        write: Callable[[Message], bytes],
        limits: Limits | None = None,
        return_path: Callable[[str], str] | None = None,
    ) -> None:
        self._server = server
        self._write = write
        self._limits = limits or Limits()
        self._return_path = return_path
        self._pace = Pace(self._limits.domain_per_minute)
        #: open connections, each with the time since when nothing was sent
        self._idle: list[tuple[SmtpSession, float]] = []
        weakref.finalize(self, _say_goodbye, self._idle)

    def send(self, batch: str, messages: Sequence[Message], journal: Journal) -> Iterator[Outcome]:
        """Hand over each message. Raises TransportError when no connection can be used."""
        del batch
        if not messages:
            return
        check(self._server)
        queue = Queue(messages, self._seal, self._limits, self._pace)
        run = Run(self._server, self._limits, queue, journal, cache(self._places))
        try:
            for session in self._waiting(len(messages)):
                run.adopt(session)
            yield from run.outcomes()
        finally:
            fit = run.rest(GRACE)
            self._idle += [(session, monotonic()) for session in fit]

    def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
        """A mail server keeps no record that we could ask."""
        del messages
        return {}

    def _seal(self, envelope: Envelope) -> None:
        """Write the message. Raises AddressError or HeaderError for it alone."""
        message = envelope.message
        envelope.recipient = utf8_address(message.headers.to_address)
        envelope.sender = self._server.envelope_from
        if self._return_path:
            envelope.sender = self._return_path(message.ref)
        envelope.data = self._write(message)

    def _places(self) -> list[Place]:
        try:
            return places(self._server.host, self._server.port)
        except OSError as error:
            why = f"cannot be found: {error.strerror or type(error).__name__}"
            raise self._server.unusable(why) from None

    def _waiting(self, most: int) -> Iterator[SmtpSession]:
        """Connections left open by an earlier batch, at most so many."""
        for _ in range(min(most, len(self._idle), self._limits.connections)):
            try:
                session, since = self._idle.pop()
            except IndexError:  # another thread was first
                return
            spoken, _, _ = select([session.number], [], [], 0)
            if spoken:
                # Closed, or about to be: there is nothing that it could have been asked.
                session.close()
            elif monotonic() - since > IDLE:
                session.quit()
            else:
                yield session


def _say_goodbye(idle: list[tuple[SmtpSession, float]]) -> None:
    for session, _ in idle:
        session.quit()
    idle.clear()
