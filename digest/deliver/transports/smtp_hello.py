"""From the greeting to readiness for mail: EHLO, STARTTLS, AUTH; no input or output here.

RFC 5321 §4.1.1.1, RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 4616 (PLAIN), RFC 2195 (CRAM-MD5).
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from digest.deliver.transports.smtp_server import SmtpServer
from digest.deliver.transports.smtp_wire import Reply
from digest.errors import TransportError

_AT_HOME = frozenset({"127.0.0.1", "::1", "localhost"})
#: strongest first where the line is protected: the others keep the server from storing a hash
_WAYS = ("PLAIN", "LOGIN", "CRAM-MD5")


class Ask(Enum):
    """What is asked of the connection beside sending."""

    TLS = "tls"


#: what to send, or to do; a reply is awaited after bytes
Talk: TypeAlias = Generator[bytes | Ask, Reply, "Features"]


@dataclass(frozen=True, slots=True)
class Features:
    """What a server offers: EHLO keywords with their parameters, in upper case."""

    offered: Mapping[str, str]
    #: RFC 2920
    pipelining: bool = field(init=False)
    #: RFC 6531
    utf8: bool = field(init=False)
    #: whether a message's size may be told beforehand (RFC 1870)
    asks_size: bool = field(init=False)
    #: the largest message it takes, in bytes; 0: untold
    size: int = field(init=False)

    def __post_init__(self) -> None:
        told = self.offered.get("SIZE", "")
        object.__setattr__(self, "pipelining", "PIPELINING" in self.offered)
        object.__setattr__(self, "utf8", "SMTPUTF8" in self.offered)
        object.__setattr__(self, "asks_size", "SIZE" in self.offered)
        object.__setattr__(self, "size", int(told) if told.isdigit() else 0)


def hello(server: SmtpServer) -> Talk:
    """Talk until mail may be sent. Raises TransportError where that cannot be."""
    _expect(server, (yield b""), 220)
    features = yield from _ehlo(server)
    if server.security == "starttls":
        # Never on without it: that would let anybody on the way read and forge.
        if "STARTTLS" not in features.offered:
            raise server.unusable("offers no STARTTLS")
        _expect(server, (yield b"STARTTLS\r\n"), 220)
        yield Ask.TLS
        features = yield from _ehlo(server)
    if server.username:
        yield from _log_in(server, features)
    return features


def check(server: SmtpServer) -> None:
    """Raises TransportError where a connection would give a password away."""
    if server.username and server.security == "none" and server.host not in _AT_HOME:
        raise server.unusable("would get the password unencrypted")


def _ehlo(server: SmtpServer) -> Talk:
    reply = yield f"EHLO {server.helo}\r\n".encode("ascii")
    if 500 <= reply.code < 600:
        _expect(server, (yield f"HELO {server.helo}\r\n".encode("ascii")), 250)
        return Features({})
    _expect(server, reply, 250)
    offered: dict[str, str] = {}
    for line in reply.text.decode("ascii", "replace").upper().split("\n")[1:]:
        # Some still say "AUTH=", as in drafts.
        keyword, _, rest = line.replace("AUTH=", "AUTH ").partition(" ")
        offered[keyword] = f"{offered.get(keyword, '')} {rest}".strip()
    return Features(offered)


def _log_in(server: SmtpServer, features: Features) -> Generator[bytes, Reply, None]:
    offered = features.offered.get("AUTH", "").split()
    way = next((way for way in _WAYS if way in offered), None)
    user, password = server.username.encode(), server.password.encode()
    if way is None:
        raise server.unusable("offers no way to log in that we know")
    if way == "PLAIN":
        reply = yield b"AUTH PLAIN " + b64encode(b"\0" + user + b"\0" + password) + b"\r\n"
    elif way == "LOGIN":
        _expect(server, (yield b"AUTH LOGIN\r\n"), 334)
        _expect(server, (yield b64encode(user) + b"\r\n"), 334)
        reply = yield b64encode(password) + b"\r\n"
    else:
        asked = yield b"AUTH CRAM-MD5\r\n"
        _expect(server, asked, 334)
        # MD5 is what the mechanism is made of; it is only used where nothing better is offered.
        digest = hmac.new(password, _decoded(server, asked.text), "md5").hexdigest()
        reply = yield b64encode(user + b" " + digest.encode()) + b"\r\n"
    _expect(server, reply, 235)


def _decoded(server: SmtpServer, text: bytes) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise server.unusable("asks what cannot be answered") from None


def _expect(server: SmtpServer, reply: Reply, code: int) -> None:
    if reply.code != code:
        raise refused(server, reply)


def refused(server: SmtpServer, reply: Reply) -> TransportError:
    """The error for a server that takes nothing from us."""
    return server.unusable(f"refused us: {reply.code}")
