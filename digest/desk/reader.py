"""One reader as the newsroom sees them: what they get and why, and which issues they got. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from digest.model import DeliveryState, EventKind

#: what became of a delivery, in words; a reason may follow
OUTCOMES: Mapping[DeliveryState, str] = {
    DeliveryState.PLANNED: "waits to be sent",
    DeliveryState.CLAIMED: "is being sent",
    DeliveryState.ACCEPTED: "sent",
    DeliveryState.REJECTED: "refused for good",
    DeliveryState.DEFERRED: "put off by their provider, tried again",
    DeliveryState.IN_DOUBT: "nobody knows whether it was sent",
    DeliveryState.EXCLUDED: "left out",
    DeliveryState.EXPIRED: "not sent: it was too late",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Somebody and an edition."""

    edition: str
    name: str
    #: active, pending or left
    state: str
    joined_at: datetime
    left_at: datetime | None
    #: whether the next issue goes to them, or why not; empty where the edition is no more
    next: str = ""

    @property
    def since(self) -> datetime:
        """When it came to stand so."""
        return self.left_at or self.joined_at

    @property
    def gets(self) -> bool:
        """Whether they get it, or asked to."""
        return self.state != "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """One thing that happened to somebody's consent."""

    at: datetime
    action: str
    purpose: str
    source: str
    actor: str
    #: the words they said yes to; empty where they are not kept
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """An issue of an edition of theirs, and whether it reached them."""

    issue: int
    name: str
    day: date
    state: DeliveryState | None
    #: in words
    told: str
    #: what was heard of it afterwards, such as ``bounced``
    heard: Sequence[EventKind] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderCard:
    """All that the page about one reader shows."""

    number: int
    masked: str
    language: str
    ties: Sequence[Tie]
    #: what they chose: (what, how)
    choices: Sequence[tuple[str, str]]
    agreed: Sequence[Agreed]
    #: promises never to mail them
    never: Sequence[str]
    #: segments that they are in
    segments: Sequence[str]
    #: newest first
    issues: Sequence[Got]


def outcome(state: DeliveryState, code: str) -> str:
    """What became of a delivery, for a person."""
    told = OUTCOMES[state]
    return f"{told}: {code.replace('_', ' ')}" if code else told


def why_none(tie: Tie, went_at: datetime, *, wanted: bool) -> str:
    """Why somebody got no issue that went then: as far as what is known now tells.

    ``wanted``: whether its day is one on which they want mail, as they choose now.
    """
    if tie.joined_at >= went_at:
        return "not sent: they asked for the edition later"
    if tie.left_at is not None and tie.left_at <= went_at:
        return "not sent: they had left"
    if tie.state == "pending":
        return "not sent: they have not confirmed"
    if not wanted:
        return "not sent: they want mail less often, or on another day"
    return "not sent: they were not among those it went to"


def how_often(frequency: str, weekly_on: int) -> str:
    """How often somebody wants mail. ``weekly_on``: an ISO weekday."""
    told = {"every": "every issue", "weekdays": "Monday to Friday"}
    return f"once a week, on {DAYS[weekly_on - 1]}" if frequency == "weekly" else told[frequency]
