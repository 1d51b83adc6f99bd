"""A mail server, and what may be asked of it."""

import socket
import ssl
from dataclasses import dataclass, field
from typing import Literal

from digest.errors import TransportError


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
    #: for the connection, and for each step until it is ready for mail
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

    def unusable(self, why: str) -> TransportError:
        """The error that says that nothing can be sent there, and ``why``."""
        return TransportError(
            f"the mail server {why}",
            hint="check [sending.smtp]",
            server=f"{self.host}:{self.port}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much at a time. 0: no limit."""

    connections: int = 4
    #: messages over one connection before it is closed and another opened
    per_connection: int = 100
    #: messages on their way to one recipient domain at a time
    domain_connections: int = 0
    #: messages to one recipient domain a minute, evenly spaced
    domain_per_minute: int = 0
