"""A message on its way over SMTP, and what the server says of it."""

import re
from dataclasses import dataclass
from functools import lru_cache

from digest.deliver.transports.smtp_wire import Reply
from digest.model import DeliveryState, Message


@dataclass(slots=True, eq=False)
class Envelope:
    """A message with what SMTP must know of it; written when its turn comes near."""

    message: Message
    #: the domain it goes to, for limits only
    domain: str
    sender: str = ""
    recipient: str = ""
    #: the whole message, CRLF line ends, no line that starts with a dot; empty: not written yet
    data: bytes = b""
    #: connections that were lost while it was under way, before its final dot
    losses: int = 0

    @property
    def international(self) -> bool:
        """Whether it takes SMTPUTF8 (RFC 6531)."""
        return not (self.recipient.isascii() and self.sender.isascii())


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said of one message."""

    state: DeliveryState
    code: str
    queue_id: str = ""


_QUEUED = re.compile(rb"queued as ([A-Za-z0-9-]{4,60})\b", re.IGNORECASE)
_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")


@lru_cache(256)
def answer_of(reply: Reply) -> Answer:
    """What a reply means for the message it was given to."""
    queued = _QUEUED.search(reply.text)
    return Answer(_state(reply.code), code_of(reply), queued[1].decode("ascii") if queued else "")


def _state(code: int) -> DeliveryState:
    if 200 <= code < 300:
        return DeliveryState.ACCEPTED
    return DeliveryState.DEFERRED if 400 <= code < 500 else DeliveryState.REJECTED


def code_of(reply: Reply) -> str:
    """The reply's numbers only: its words may hold the reader's address."""
    enhanced = _ENHANCED.match(reply.text)
    return f"{reply.code} {enhanced[0].decode('ascii')}" if enhanced else str(reply.code)
