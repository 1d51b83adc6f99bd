"""Messages, deliveries and batches: one variant on its way to one subscriber."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from digest.ids import IssueId
from digest.model.variant import RenderedVariant, Token

#: opaque here; whose it is, only the package ``subscribers`` knows. A plain int, so that its own
#: types satisfy our protocols as they are
SubscriberId: TypeAlias = int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHeaders:
    """The headers of one message, not yet encoded. ``render/headers.py`` writes them."""

    from_: str
    to_address: str
    to_name: str = ""
    subject: str
    date: datetime
    #: without angle brackets, deterministic per delivery
    message_id: str
    reply_to: str = ""
    list_id: str = ""
    #: HTTPS, at most 72 characters; empty on letters that no list sends
    leave_url: str = ""
    #: ``mailto:``, at most 72 characters; for mail programs that leave a list by mail
    leave_mailto: str = ""
    #: what a list's mail says in Precedence: ``bulk``, ``list`` or nothing
    precedence: str = "bulk"
    feedback_id: str = ""
    auto_submitted: bool = False
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One variant addressed to one subscriber. Lives in memory only, never stored with its body."""

    #: names this send for ever: ``<issue>-<subscriber>``, or a letter's purpose key
    ref: str
    subscriber: SubscriberId
    headers: MailHeaders
    variant: RenderedVariant
    tokens: Mapping[Token, str]


class DeliveryState(StrEnum):
    """Where one delivery stands. ``accepted`` is only said of what a provider accepted."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    #: the provider refused for good
    REJECTED = "rejected"
    #: the provider asked us to come again
    DEFERRED = "deferred"
    #: handed over, outcome unknown; shown, never resent by itself
    IN_DOUBT = "in_doubt"
    #: not sent, with a reason: suppressed, left or paused since the audience was frozen
    EXCLUDED = "excluded"
    #: past the issue's send-by time
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one message."""

    subscriber: SubscriberId
    state: DeliveryState
    #: the provider's reply in short (``250``, ``550 5.1.1``, ``202``) or our reason
    code: str = ""
    provider_id: str = ""


class BatchState(StrEnum):
    """Where a batch of deliveries stands."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    DONE = "done"
    IN_DOUBT = "in_doubt"


class Decision(StrEnum):
    """What is to become of deliveries in doubt."""

    #: they count as sent and stay listed
    HOLD = "hold"
    #: once more: who got it the first time gets it twice
    RESEND = "resend"
    #: they count as not reached, and are not tried again
    SKIP = "skip"
    #: somebody knows that they arrived
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A run of an issue's deliveries, claimed and settled together."""

    issue: IssueId
    number: int
    attempt: int
    #: the route in config.toml that sends it; None: the only transport there is
    route: str | None = None
    #: subscriber → variant key
    deliveries: Mapping[SubscriberId, str] = field(default_factory=dict)

    @property
    def ref(self) -> str:
        """Names this attempt towards providers: ``<issue>.<batch>.<attempt>``."""
        return f"{self.issue}.{self.number}.{self.attempt}"
