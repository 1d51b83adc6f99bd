"""How a poll ends other than well, as values."""

import hashlib
from dataclasses import replace
from datetime import datetime

from digest.errors import SourceError
from digest.model import GatheredSource, GatherStatus, SourceMemory
from digest.sources.fetch import BusyError, GoneError


def failed(source: str, memory: SourceMemory, error: SourceError, now: datetime) -> GatheredSource:
    """One clear line instead of an exception; what the source remembers stays."""
    wait = error.wait if isinstance(error, BusyError) else None
    return GatheredSource(
        source=source,
        status=GatherStatus.GONE if isinstance(error, GoneError) else GatherStatus.FAILED,
        memory=replace(memory, not_before=now + wait if wait is not None else None),
        note=f"{error.message}. {error.hint}" if error.hint else error.message,
    )


def not_modified(source: str, memory: SourceMemory) -> GatheredSource:
    """Nothing new."""
    return GatheredSource(
        source=source, status=GatherStatus.NOT_MODIFIED, memory=replace(memory, not_before=None)
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
