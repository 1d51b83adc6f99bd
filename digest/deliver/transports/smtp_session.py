"""One SMTP connection as a dialogue: which replies are due, what each means, what follows.

Told by phase: before the final dot nothing is accepted, after it anything. With PIPELINING
(RFC 2920) MAIL, RCPT and DATA go in one write, and those of the next message right behind the
final dot: one round trip a message. Of the next nothing can be accepted before its own dot, so
what a crash leaves in doubt is one message a connection all the same.
"""

from collections import deque
from contextlib import suppress
from enum import Enum, auto
from time import monotonic

from digest.deliver.transports.smtp_envelope import Answer, Envelope, answer_of, code_of
from digest.deliver.transports.smtp_greeting import Greeting
from digest.deliver.transports.smtp_hello import Features
from digest.deliver.transports.smtp_server import SmtpServer
from digest.deliver.transports.smtp_wire import GoneError, Place, Reply, Wire
from digest.model import SubscriberId


class _Step(Enum):
    """A command whose reply is due."""

    RSET = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    DOT = auto()
    #: ends the DATA of a message that was refused before
    LONE_DOT = auto()


class SmtpSession:
    """A connection being made or open. Anything but ``close`` may raise.

    GoneError, OSError or SSLError: it is lost. TransportError: the server takes nothing from us.
    Either way ``close`` then tells what that means for the messages at hand.
    """

    def __init__(self, server: SmtpServer, place: Place) -> None:
        self._server = server
        self._wire = Wire(place)
        self._greeting = Greeting(server, self._wire)
        #: what the server offers, once mail may be sent
        self.features: Features | None = None
        self._due: deque[_Step] = deque()
        #: commands that wait for a reply, where there is no PIPELINING
        self._later: deque[tuple[_Step, bytes]] = deque()
        #: in MAIL, RCPT, DATA or its body
        self._at_hand: Envelope | None = None
        #: whether the server had a chance to take it: not yet where it hung up over the one before
        self._tried = False
        self._refusal: Answer | None = None
        self._in_body = False
        #: whose final dot was sent
        self._dotted: Envelope | None = None
        self._open_transaction = False
        #: answers not yet fetched
        self.told: list[tuple[Envelope, Answer]] = []
        self.messages = 0
        self.deadline = monotonic() + server.connect_timeout

    # --- what it can do now

    @property
    def number(self) -> int:
        """The file descriptor, for the selector."""
        return self._wire.number

    @property
    def blocked(self) -> bool:
        """Whether it waits for the network to take more."""
        return self._wire.blocked

    @property
    def free(self) -> bool:
        """Whether a message may begin."""
        busy = self._at_hand or self._dotted or self._due
        return self.features is not None and not busy

    @property
    def at_dot(self) -> bool:
        """Whether all of a message is sent but its final dot."""
        return self._in_body and not self._wire.unsent

    @property
    def subscriber(self) -> SubscriberId:
        """Whose message is at its dot."""
        assert self._at_hand is not None, "asked at the dot only"
        return self._at_hand.message.subscriber

    @property
    def awaiting(self) -> bool:
        """Whether a final dot is unanswered."""
        return self._dotted is not None

    @property
    def pipelines(self) -> bool:
        """Whether the next message may begin behind a final dot."""
        return self.features is not None and self.features.pipelining

    # --- what the loop does with it

    def wake(self, *, readable: bool) -> None:
        """Go on where the network allows."""
        unsent = self._wire.unsent if self._in_body else 0
        heard = self._wire.advance(readable=readable)
        for reply in heard:
            self._heard(reply)
        if heard and self._due:
            self._wire.acknowledge()
        if unsent and self._wire.unsent < unsent:
            self._wait(self._server.command_timeout)
        if self.features is None:
            self._greeting.woken()

    def begin(self, envelope: Envelope) -> None:
        """Start with a message."""
        # One that was used before may have reached its end; a new one was ready for it.
        self._tried = self.messages == 0
        self._send(self._commands(envelope))
        self._wait(self._server.command_timeout)

    def finish(self, following: Envelope | None) -> None:
        """Send the final dot, with the ``following`` message's commands behind it."""
        self._dotted, self._at_hand, self._in_body = self._at_hand, None, False
        self._tried = False
        self.messages += 1
        behind = self._commands(following) if following else []
        # Should the server hang up over these bytes, some of them may have come through.
        self._send([(_Step.DOT, b".\r\n"), *behind])
        self._wait(self._server.final_timeout)

    def quit(self) -> None:
        """Say goodbye and hang up, not waiting for an answer."""
        with suppress(OSError):
            self._wire.send(b"QUIT\r\n")
        self._wire.close()

    def close(self) -> tuple[Envelope | None, Envelope | None]:
        """Hang up. Returns the message in doubt, and the one that was not sent, if any."""
        self._wire.close()
        if self._at_hand and self._tried:
            self._at_hand.losses += 1
        return self._dotted, self._at_hand

    # --- the dialogue

    def _commands(self, envelope: Envelope) -> list[tuple[_Step, bytes]]:
        self._at_hand, self._refusal = envelope, None
        mail = f"MAIL FROM:<{envelope.sender}>{self._parameters(envelope)}\r\n"
        commands = [
            (_Step.MAIL, mail.encode()),
            (_Step.RCPT, f"RCPT TO:<{envelope.recipient}>\r\n".encode()),
            (_Step.DATA, b"DATA\r\n"),
        ]
        if self._open_transaction:
            self._open_transaction = False
            return [(_Step.RSET, b"RSET\r\n"), *commands]
        return commands

    def _parameters(self, envelope: Envelope) -> str:
        assert self.features is not None, "free before"
        size = f" SIZE={len(envelope.data)}" if self.features.asks_size else ""
        return size + (" SMTPUTF8" if envelope.international else "")

    def _send(self, commands: list[tuple[_Step, bytes]]) -> None:
        if not self.pipelines:
            self._later.extend(commands)
            self._send_next()
            return
        self._due.extend([step for step, _ in commands])
        self._wire.send(b"".join([data for _, data in commands]))

    def _send_next(self) -> None:
        if not self._due:
            step, data = self._later.popleft()
            self._due.append(step)
            self._wire.send(data)

    def _heard(self, reply: Reply) -> None:
        if self.features is None:
            self._greeting.heard(reply)
            self.features = self._greeting.features
            self._wait(self._server.connect_timeout)
            return
        if not self._due:
            self._unasked(reply)
        self._replied(self._due.popleft(), reply)
        if self._later:
            self._send_next()

    def _replied(self, step: _Step, reply: Reply) -> None:
        if step is _Step.DOT:
            self._answered(reply)
        elif step is _Step.LONE_DOT:
            self._refused(still_open=False)
        elif reply.code == 421:
            raise GoneError("closes")
        elif step is _Step.RSET:
            self._reset(reply)
        elif step is _Step.DATA:
            self._may_send(reply)
        else:
            self._enveloped(step, reply)

    def _enveloped(self, step: _Step, reply: Reply) -> None:
        self._tried = True
        if 200 <= reply.code < 300 or self._refusal:
            return
        self._refusal = _refusal(reply)
        assert self._at_hand is not None, "its command was sent"
        # Too large or not in ASCII is the message's own matter; else it is our address.
        own = reply.code < 500 or reply.code == 552 or self._at_hand.international
        if step is _Step.MAIL and not own:
            raise self._server.unusable(f"refuses our sender: {code_of(reply)}")
        if self._later:
            self._later.clear()
            self._refused(still_open=step is _Step.RCPT)

    def _reset(self, reply: Reply) -> None:
        if reply.code != 250:
            raise GoneError("does not reset")

    def _may_send(self, reply: Reply) -> None:
        if reply.code != 354:
            self._refusal = self._refusal or _refusal(reply)
            self._refused(still_open=True)
        elif self._refusal:
            # RFC 2920 §3.1: it wants a message all the same; it gets none, for nobody.
            self._due.append(_Step.LONE_DOT)
            self._wire.send(b".\r\n")
        else:
            assert self._at_hand is not None, "its commands were sent"
            self._in_body = True
            self._wire.send(self._at_hand.data)
            self._wait(self._server.command_timeout)

    def _refused(self, *, still_open: bool) -> None:
        """The message at hand gets no further; its transaction may have to be reset."""
        assert self._at_hand is not None
        assert self._refusal is not None
        self.told.append((self._at_hand, self._refusal))
        self._at_hand = self._refusal = None
        self._open_transaction = still_open

    def _unasked(self, reply: Reply) -> None:
        """The connection's end; a refusal amid the body is the message's answer as well."""
        if self._in_body and self._at_hand and reply.code >= 400 and reply.code != 421:
            self.told.append((self._at_hand, answer_of(reply)))
            self._at_hand, self._in_body = None, False
        raise GoneError("speaks unasked")

    def _answered(self, reply: Reply) -> None:
        assert self._dotted is not None
        if not (200 <= reply.code < 300 or 400 <= reply.code < 600):
            raise GoneError("no SMTP")
        self.told.append((self._dotted, answer_of(reply)))
        self._dotted = None
        self._wait(self._server.command_timeout)
        if reply.code == 421:
            raise GoneError("closes")

    def _wait(self, seconds: float) -> None:
        self.deadline = monotonic() + seconds


def _refusal(reply: Reply) -> Answer:
    """Nothing but a refusal may stand for one."""
    if reply.code < 400:
        raise GoneError("no SMTP")
    return answer_of(reply)
