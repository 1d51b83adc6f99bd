"""Reports that machines are meant to read: RFC 3464, RFC 5965, and Hotmail's complaints."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.message import Message

from digest.deliver.returns.parts import fields, heading
from digest.deliver.severity import is_hard, numbers
from digest.model import EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a report says; of kind None where it asks nothing of us."""

    kind: EventKind | None
    code: str = ""
    about: tuple[str, ...] = field(default=(), repr=False)


#: Feedback-Type (RFC 5965 §7.3); those left out, such as not-spam and auth-failure, are no wish
_FEEDBACK = {
    "abuse": EventKind.COMPLAINT,
    "complaint": EventKind.COMPLAINT,
    "fraud": EventKind.COMPLAINT,
    "virus": EventKind.COMPLAINT,
    "other": EventKind.COMPLAINT,
    "opt-out": EventKind.UNSUBSCRIBE,
    "opt-out-list": EventKind.UNSUBSCRIBE,
}
#: Action (RFC 3464 §2.3.3), the graver first
_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
_HOTMAIL = ("x-hmxmroriginalrecipient", "x-hmxmroriginalrecipients")
_MOST = 10


def complaint(parts: Sequence[Message]) -> Report | None:
    """A reader's complaint that a mailbox provider passes on."""
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            told = next(_blocks(part), part)
            kind = _FEEDBACK.get(heading(told, "feedback-type").strip().lower())
            about = [*fields(told, "original-rcpt-to"), *fields(told, "removal-recipient")]
            return Report(kind=kind, code="feedback", about=tuple(map(_bare, about[:_MOST])))
    for part in parts:
        for name in _HOTMAIL:
            if readers := fields(part, name):
                named = tuple(map(_bare, readers[:_MOST]))
                return Report(kind=EventKind.COMPLAINT, code="feedback", about=named)
    return None


def status(parts: Sequence[Message]) -> Report | None:
    """What a delivery status notification says: of several readers the worst."""
    for part in parts:
        if part.get_content_type() == "message/disposition-notification":
            return Report(kind=None)
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            told = [one for one in map(_of_reader, _blocks(part)) if one is not None]
            if told:
                return min(told, key=lambda one: _GRAVER.index(one.kind))
    return None


#: the worst first; for ``min`` above
_GRAVER: list[EventKind | None] = [
    EventKind.HARD_BOUNCE,
    EventKind.SOFT_BOUNCE,
    EventKind.DEFERRED,
    EventKind.DELIVERED,
]


def _of_reader(block: Message) -> Report | None:
    """The fields of one reader; None if the block is about the message as a whole."""
    action = heading(block, "action").lower().strip()
    enhanced, reply = heading(block, "status"), heading(block, "diagnostic-code")
    about = [*fields(block, "original-recipient"), *fields(block, "final-recipient")]
    if not about and not action:
        return None
    # Many say 5.0.0 there and the truth in their words.
    vague = enhanced.strip()[1:5] == ".0.0"
    code = numbers(reply, enhanced) if vague else numbers(enhanced, reply)
    known = next((one for one in _ACTIONS if action.startswith(one)), "")
    if not known:
        known = {"2": "delivered", "4": "delayed"}.get(enhanced.strip()[:1], "failed")
    if known == "failed":
        hard = is_hard(code, unless_told=True)
        kind = EventKind.HARD_BOUNCE if hard else EventKind.SOFT_BOUNCE
    else:
        kind = EventKind.DEFERRED if known == "delayed" else EventKind.DELIVERED
    return Report(kind=kind, code=code, about=tuple(map(_bare, about[:_MOST])))


def _blocks(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (one for one in payload if isinstance(one, Message))


def _bare(told: str) -> str:
    """``a@b.example`` of ``rfc822; <a@b.example>``."""
    return told.rpartition(";")[2].strip().strip("<>")
