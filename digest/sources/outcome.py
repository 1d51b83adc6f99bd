"""How a poll ends other than well, as values."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from digest.errors import SourceError
from digest.model import GatheredSource, GatherStatus, KeptBody, SourceMemory
from digest.sources.fetch import BusyError, GoneError, MissingError
from digest.sources.guard import TooSlowError

#: 404 so often, over so long a time, is no accident
MISSING_TIMES, MISSING_FOR = 10, timedelta(days=3)


def failed(
    source: str,
    memory: SourceMemory,
    error: SourceError,
    now: datetime,
    body: KeptBody | None = None,
) -> GatheredSource:
    """One clear line instead of an exception; what the source remembers stays.

    Only an address that it had moved to is forgotten when it fails: the configured one is asked
    next.
    """
    wait = error.wait if isinstance(error, BusyError) else None
    after = replace(memory, not_before=now + wait if wait is not None else None)
    moved = memory.address and not isinstance(error, BusyError | TooSlowError)
    if moved:
        after = replace(after, address="", etag="", last_modified="", body_hash="")
    missing = isinstance(error, MissingError)
    after = replace(
        after,
        missing=memory.missing + 1 if missing else 0,
        missing_since=(memory.missing_since or now) if missing else None,
    )
    gone = isinstance(error, GoneError) and not moved
    return GatheredSource(
        source=source,
        status=GatherStatus.GONE if gone else GatherStatus.FAILED,
        memory=after,
        note=_degraded(after, now) or _line(error),
        body=body,
    )


def _line(error: SourceError) -> str:
    return f"{error.message}. {error.hint}" if error.hint else error.message


def _degraded(memory: SourceMemory, now: datetime) -> str:
    since = memory.missing_since
    if since is None or memory.missing < MISSING_TIMES or now - since < MISSING_FOR:
        return ""
    return (
        f"degraded: nothing was there (404) {memory.missing} times since {since:%-d %B}. "
        "Check the address, or remove the source"
    )


def not_modified(source: str, memory: SourceMemory, note: str = "") -> GatheredSource:
    """Nothing new."""
    return GatheredSource(
        source=source,
        status=GatherStatus.NOT_MODIFIED,
        memory=replace(memory, not_before=None, missing=0, missing_since=None),
        note=note,
    )


def fingerprint(settings: object, *bodies: bytes) -> str:
    """Names what was read and how: ``<settings>:<bodies>``.

    When an operator changes a source's settings, the first part changes, and an unchanged
    document is read again under the new ones.
    """
    how = hashlib.sha256(repr(settings).encode()).hexdigest()[:12]
    what = hashlib.sha256()
    for body in bodies:
        what.update(len(body).to_bytes(8, "big"))
        what.update(body)
    return f"{how}:{what.hexdigest()[:40]}"


def same_settings(settings: object, memory: SourceMemory) -> bool:
    """Whether ``memory`` is of a poll under the present settings."""
    return memory.body_hash.partition(":")[0] == fingerprint(settings).partition(":")[0]
