"""One SMTP connection, told by phase: before the final dot nothing is accepted, after it anything.

RFC 5321 §4.5.3.2 for the timeouts, §4.2 for replies; RFC 3207 (STARTTLS), RFC 4954 (AUTH).
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from digest.errors import TransportError
from digest.model import DeliveryState

#: what a broken or silent connection looks like
GONE = (smtplib.SMTPException, OSError)
_AT_HOME = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where and how to hand mail over. Times in seconds."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    #: who bounces go back to
    envelope_from: str
    connect_timeout: float = 30
    command_timeout: float = 300
    #: RFC 5321 §4.5.3.2.6: at least ten minutes, since giving up early mails people twice
    final_timeout: float = 600
    #: None: verified against the system's certificate authorities
    tls: ssl.SSLContext | None = None

    @property
    def helo(self) -> str:
        """Our name in EHLO; asking DNS for it could take longer than sending."""
        name = socket.gethostname()
        return name if "." in name else self.envelope_from.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said of one message."""

    state: DeliveryState
    code: str
    queue_id: str = ""


class LostError(Exception):
    """The connection went before the final dot: nothing was accepted."""


class SmtpSession:
    """A connection that is ready for mail. Making one raises TransportError."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        try:
            self._client = _connect(server)
        except ssl.SSLError as error:
            raise _unusable(server, f"TLS failed: {error.reason or 'no certificate'}") from None
        except smtplib.SMTPResponseException as error:
            raise _unusable(server, f"refused us: {_code(error.smtp_code, b'')}") from None
        except GONE as error:
            raise _unusable(server, _why(error)) from None

    def send(self, to: str, data: bytes, handing_over: Callable[[], None]) -> Answer:
        """Hand over ``data`` as it stands, calling ``handing_over`` right before the final dot.

        Raises LostError if the connection went earlier, TransportError if the server takes
        nothing from us at all.
        """
        try:
            refused = self._envelope(to)
            if refused is not None:
                return refused
            self._client.send(_stuffed(data))
        except GONE as error:
            self.close()
            raise LostError from error
        handing_over()
        return self._final_dot()

    def _envelope(self, to: str) -> Answer | None:
        """Sender, recipient and DATA; the refusal if there was one."""
        code, text = self._client.docmd(f"MAIL FROM:<{self._server.envelope_from}>")
        if code >= 500 and code != 552:
            raise _unusable(self._server, f"refuses our sender: {_code(code, text)}")
        if code == 250:
            code, text = self._client.docmd(f"RCPT TO:<{to}>")
        if code in {250, 251}:
            code, text = self._client.docmd("DATA")
        if code == 354:
            return None
        if code == 421 or not 400 <= code < 600:
            raise smtplib.SMTPServerDisconnected(str(code))
        with suppress(*GONE):
            self._client.rset()
        return Answer(_state(code), _code(code, text))

    def _final_dot(self) -> Answer:
        try:
            self._timeout(self._server.final_timeout)
            self._client.send(b".\r\n")
            code, text = self._client.getreply()
            self._timeout(self._server.command_timeout)
        except GONE:
            self.close()
            return Answer(DeliveryState.IN_DOUBT, "no answer to the message")
        queued = re.search(rb"queued as ([A-Za-z0-9-]{4,60})\b", text, re.IGNORECASE)
        state = _state(code)
        if code == 421 or state is DeliveryState.IN_DOUBT:
            self.close()
        return Answer(state, _code(code, text), queued[1].decode() if queued else "")

    @property
    def closed(self) -> bool:
        """Whether it is of no more use."""
        return self._client.sock is None

    def quit(self) -> None:
        """Say goodbye."""
        if not self.closed:
            with suppress(*GONE):
                self._timeout(self._server.connect_timeout)
                self._client.quit()
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def abort(self) -> None:
        """Make a thread that waits in ``send`` return at once."""
        with suppress(OSError, AttributeError):
            self._client.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]  # suppressed

    def _timeout(self, seconds: float) -> None:
        if self._client.sock is not None:
            self._client.sock.settimeout(seconds)


def _connect(server: SmtpServer) -> smtplib.SMTP:
    if server.username and server.security == "none" and server.host not in _AT_HOME:
        raise _unusable(server, "a password may not travel unencrypted")
    context = server.tls or ssl.create_default_context()
    client = _open(server, context)
    try:
        client.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            _start_tls(server, client, context)
        if server.username:
            client.login(server.username, server.password)
        assert client.sock is not None, "connected above"
        # The final dot is a packet of its own; it must not wait for an acknowledgement.
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sock.settimeout(server.command_timeout)
    except BaseException:
        client.close()
        raise
    return client


def _open(server: SmtpServer, context: ssl.SSLContext) -> smtplib.SMTP:
    place, timeout = (server.host, server.port, server.helo), server.connect_timeout
    if server.security == "tls":
        return smtplib.SMTP_SSL(*place, timeout=timeout, context=context)
    return smtplib.SMTP(*place, timeout=timeout)


def _start_tls(server: SmtpServer, client: smtplib.SMTP, context: ssl.SSLContext) -> None:
    # Never on without it: that would let anybody on the way read and forge.
    if not client.has_extn("starttls"):
        raise _unusable(server, "offers no STARTTLS")
    client.starttls(context=context)
    client.ehlo()


def _unusable(server: SmtpServer, why: str) -> TransportError:
    return TransportError(
        f"the mail server {why}",
        hint="check [sending.smtp]",
        server=f"{server.host}:{server.port}",
    )


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "offers no way to log in"
    if isinstance(error, TimeoutError | smtplib.SMTPServerDisconnected):
        return "does not answer"
    return f"cannot be reached: {getattr(error, 'strerror', None) or type(error).__name__}"


def _state(code: int) -> DeliveryState:
    if 200 <= code < 300:
        return DeliveryState.ACCEPTED
    if 500 <= code < 600:
        return DeliveryState.REJECTED
    # No reply of SMTP, such as one that broke off after "25".
    return DeliveryState.DEFERRED if 400 <= code < 500 else DeliveryState.IN_DOUBT


def _code(code: int, text: bytes) -> str:
    """The reply's numbers only: its words may hold the reader's address."""
    enhanced = re.match(rb"[245]\.\d{1,3}\.\d{1,3}\b", text)
    return f"{code} {enhanced[0].decode()}" if enhanced else str(code)


def _stuffed(data: bytes) -> bytes:
    """``data`` with its leading dots doubled, ending in a line end (RFC 5321 §4.5.2)."""
    stuffed = re.sub(rb"(?m)^\.", b"..", data)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
