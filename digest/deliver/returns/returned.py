"""What one mail that came back says. Foreign data: bounded, and nothing in it raises.

Delivery status notifications by RFC 3464, complaints by RFC 5965 (ARF) and in Hotmail's form,
bounces in other forms by flufl.bounce, mails to leave by RFC 2369, automatic replies by RFC 3834.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import Message
from enum import StrEnum
from itertools import islice

from flufl.bounce import all_failures

from digest.deliver.marks import Marks
from digest.deliver.returns.parts import fields, heading, leaves, text, texts
from digest.deliver.returns.report import complaint, status
from digest.deliver.severity import is_hard, numbers
from digest.model import EventKind

#: bytes of a mail that are looked at; a bounce says what it says at its start
LARGEST = 256 * 1024
#: parts of one mail; with more it is none that a mail server writes
PARTS = 100


class What(StrEnum):
    """What kind of mail it is."""

    #: it tells of a delivery
    REPORT = "report"
    #: somebody wants to leave
    LEAVE = "leave"
    #: a machine answered; nobody wants anything
    AUTOMATIC = "automatic"
    #: a person, or a form that is not known here
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a mail says."""

    what: What
    #: of a report
    kind: EventKind | None = None
    #: a reply's numbers
    code: str = ""
    #: the messages whose marks it carries, most telling first
    refs: tuple[str, ...] = ()
    #: whom it names as the one whose mail it is about; never kept
    about: tuple[str, ...] = field(default=(), repr=False)
    #: what may be leave keys in its subject
    keys: tuple[str, ...] = field(default=(), repr=False)


UNKNOWN = Returned(what=What.UNKNOWN)
_AUTOMATIC = Returned(what=What.AUTOMATIC)

#: where a server tells to whom it delivered: our bounce address with its mark
_DELIVERED_TO = ("x-original-to", "delivered-to", "envelope-to", "x-envelope-to", "to")
_KEY = re.compile(r"(?<![\w-])[A-Za-z0-9_-]{22}(?![\w-])", re.ASCII)
_DAEMON = re.compile(r"mailer-?daemon|postmaster|mail delivery|double-bounce", re.IGNORECASE)
_AWAY = re.compile(
    r"\s*(?:auto(?:mati[cs]\w*)?[ :-]*(?:re(?:ply|sponse|spond)|antwort)|auto:"
    r"|out of (?:the )?office|abwesenheit|r[ée]ponse automatique|respuesta autom"
    r"|resposta autom|vacation|away from)",
    re.IGNORECASE,
)


def read(raw: bytes, marks: Marks, *, leave: bool = True) -> Returned:
    """What the mail ``raw`` says; ``marks`` finds whose message it is about.

    Without ``leave`` it is none that asks to leave, whatever its subject looks like.
    """
    raw = raw[:LARGEST]
    try:
        message = message_from_bytes(raw)
        parts = list(islice(message.walk(), PARTS + 1))
        if len(parts) > PARTS:
            return UNKNOWN
        told = _read(message, parts, leave=leave)
        if told.what is What.LEAVE:
            return told
        refs = tuple(_refs(message, raw, parts, marks))
        if refs and told.what is not What.REPORT and _came_back(message, told, marks):
            # In words that are not known here: once proves nothing, time and again does.
            told = Returned(what=What.REPORT, kind=EventKind.SOFT_BOUNCE)
        return replace(told, refs=refs)
    except Exception:  # noqa: BLE001 - a mail that breaks a parser is one we do not know
        return UNKNOWN


def _read(message: Message, parts: Sequence[Message], *, leave: bool) -> Returned:
    found = complaint(parts) or status(parts)
    if found is not None:
        if found.kind is None:
            return _AUTOMATIC
        return Returned(what=What.REPORT, kind=found.kind, code=found.code, about=found.about)
    daemon = _from_daemon(message)
    keys = tuple(_KEY.findall(heading(message, "subject")))
    if keys and leave and not daemon:
        return Returned(what=What.LEAVE, keys=keys)
    return _bounce(message, parts, daemon=daemon) or (
        _AUTOMATIC if _is_automatic(message) else UNKNOWN
    )


def _bounce(message: Message, parts: Sequence[Message], *, daemon: bool) -> Returned | None:
    """A bounce in any other form."""
    # It tells of its own detectors' faults with foreign text in it.
    logging.getLogger("flufl.bounce").disabled = True
    passing, lasting = all_failures(message)
    named = [one for one in fields(message, "x-failed-recipients") if "@" in one]
    code = numbers(*texts(parts))
    if lasting or named:
        hard = is_hard(code, unless_told=True)
        kind = EventKind.HARD_BOUNCE if hard else EventKind.SOFT_BOUNCE
    elif passing:
        kind = EventKind.DEFERRED
    elif daemon and code:
        hard = is_hard(code, unless_told=False)
        kind = EventKind.HARD_BOUNCE if hard else EventKind.SOFT_BOUNCE
    else:
        return None
    about = [one.decode("utf-8", "replace") for one in sorted(lasting or passing)]
    return Returned(what=What.REPORT, kind=kind, code=code, about=(*named, *about)[:10])


def _came_back(message: Message, told: Returned, marks: Marks) -> bool:
    """Whether it can only be a bounce, by who wrote it or by the address it was sent to."""
    if told.what is What.UNKNOWN and any(map(marks.ref, _sent_to(message))):
        return True
    return _from_daemon(message)


def _from_daemon(message: Message) -> bool:
    """Whether a mail server wrote it, rather than a person or their absence."""
    if _DAEMON.search(heading(message, "from")):
        return True
    return heading(message, "return-path") == "<>" and not _is_automatic(message)


def _is_automatic(message: Message) -> bool:
    submitted = heading(message, "auto-submitted").partition(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or any(heading(message, name) for name in ("x-autoreply", "x-autorespond"))
        or heading(message, "precedence").strip().lower() in {"auto_reply", "junk"}
        or bool(_AWAY.match(heading(message, "subject")))
    )


def _refs(message: Message, raw: bytes, parts: Sequence[Message], marks: Marks) -> Iterator[str]:
    """Marks in the address it was sent to, then anywhere as it stands, then where it is encoded."""
    seen: set[str] = set()
    for place in _places(message, raw, parts):
        for ref in marks.refs(place):
            if ref not in seen:
                seen.add(ref)
                yield ref


def _sent_to(message: Message) -> list[str]:
    return [one for name in _DELIVERED_TO for one in fields(message, name)]


def _places(message: Message, raw: bytes, parts: Sequence[Message]) -> Iterator[str]:
    yield from _sent_to(message)
    yield raw.decode("latin-1")
    for part in leaves(parts):
        if heading(part, "content-transfer-encoding").strip().lower() not in {"", "7bit", "8bit"}:
            yield text(part)
