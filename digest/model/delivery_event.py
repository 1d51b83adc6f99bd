"""What is heard of a delivery after it was handed over: one vocabulary for all who tell."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.ids import IssueId
from digest.model.delivery import SubscriberId


class EventKind(StrEnum):
    """What happened. Opens and clicks are none of these: nobody's reading is kept."""

    #: the provider took the message
    ACCEPTED = "accepted"
    #: the reader's mail server took it
    DELIVERED = "delivered"
    #: the reader's mail server wants it later; the provider tries again
    DEFERRED = "deferred"
    #: it came back for a reason that may pass: full, busy, refused by policy
    SOFT_BOUNCE = "soft_bounce"
    #: it came back because nobody can get mail there
    HARD_BOUNCE = "hard_bounce"
    #: the provider took it and did not try; the code says why
    DROPPED = "dropped"
    #: the reader called it spam
    COMPLAINT = "complaint"
    #: the reader left by the provider's own link or header
    UNSUBSCRIBE = "unsubscribe"


#: in the place of its issue, in what is heard of a letter
NO_ISSUE = IssueId(0)

#: kinds after which a message is known not to have reached its reader
UNREACHED = (EventKind.SOFT_BOUNCE, EventKind.HARD_BOUNCE, EventKind.DROPPED)


class Dropped(StrEnum):
    """Codes of ``dropped`` that say something of the reader; any other says nothing of them."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryEvent:
    """One thing heard of one delivery, or of a letter to a person. Holds no address."""

    #: unique among all events for ever: ``<source>:<the provider's id>``, printable ASCII
    id: str
    kind: EventKind
    #: ``NO_ISSUE`` for a letter
    issue: IssueId
    subscriber: SubscriberId
    #: when it happened, as the source tells
    at: datetime
    #: who told: ``sendgrid``, ``hook`` or ``mailbox``
    source: str
    #: ``Batch.ref`` where it is told
    batch: str = ""
    #: a reply's numbers (``550 5.1.1``), a ``Dropped`` or a word on how it was told
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the people's side is told of one reader."""

    subscriber: SubscriberId
    #: when it happened
    at: datetime
    #: who told, of what, with which code: ``sendgrid, issue 12, 550 5.1.1``
    source: str
    #: the edition of the mail; empty where that is not known
    edition: str = ""
