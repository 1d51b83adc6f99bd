"""Values that others send us, made fit to keep: bounded, printable, without addresses."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from digest.model import IssueId, SubscriberId

#: whose message a ``Message.ref`` names: its issue and its reader; None if none of ours
Whose: TypeAlias = Callable[[object], tuple[IssueId, SubscriberId] | None]

_REF = re.compile(r"([1-9]\d{0,9})-([1-9]\d{0,18})")
_LETTER = re.compile(r"people-[1-9]\d{0,18}")
_ID = re.compile(r"[\x21-\x7e]{1,100}")
_BATCH = re.compile(r"\d{1,10}\.\d{1,10}\.\d{1,10}")
#: before it nothing of ours was sent
_OLDEST = datetime(2020, 1, 1, tzinfo=UTC)
_HIGHEST = 2**63 - 1


class BadEventError(ValueError):
    """An event that cannot be used; the others beside it can. Holds no value of it."""


def delivery_of(ref: object) -> tuple[IssueId, SubscriberId] | None:
    """Issue and subscriber in ``Message.ref``; None if it is a letter's, or none of ours."""
    found = _REF.fullmatch(ref) if isinstance(ref, str) else None
    if found is None or int(found[2]) > _HIGHEST:
        return None
    return IssueId(int(found[1])), int(found[2])


def is_letter(ref: str) -> bool:
    """Whether this ``Message.ref`` is that of a letter to a person."""
    return _LETTER.fullmatch(ref) is not None


def batch_ref(value: object) -> str:
    """``Batch.ref``, or nothing."""
    return value if isinstance(value, str) and _BATCH.fullmatch(value) else ""


def event_id(source: str, value: object, event: Mapping[str, Any]) -> str:
    """The id of an event; where its provider gives none that can be kept, one of what it says."""
    if isinstance(value, str) and _ID.fullmatch(value):
        return f"{source}:{value}"
    told = repr(sorted(event.items(), key=lambda item: str(item[0])))
    digest = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()
    return f"{source}:sha256-{digest}"


def instant(value: object, now: datetime) -> datetime:
    """A time as Unix seconds or ISO 8601 with a zone, never past ``now``. Raises BadEventError."""
    try:
        if isinstance(value, str) and not value.isdigit():
            at = datetime.fromisoformat(value)
        elif isinstance(value, int | float | str) and not isinstance(value, bool):
            at = datetime.fromtimestamp(float(value), UTC)
        else:
            raise BadEventError("no time")
        if at.utcoffset() is None:
            raise BadEventError("a time without a zone")
        at = at.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadEventError("no time") from error
    return max(_OLDEST, min(at, now))


def text(value: object) -> str:
    """A string, or nothing."""
    return value if isinstance(value, str) else ""
