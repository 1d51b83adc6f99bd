"""What we know of each source: its memory between polls and how its polls ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import GatheredSource, GatherStatus, SourceMemory
from digest.store import codec
from digest.store.stories import KeptStories
from digest.store.tables import fetch, source

NO_MEMORY = SourceMemory()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """One source as it stands."""

    name: str
    memory: SourceMemory = NO_MEMORY
    status: GatherStatus | None = None
    note: str = ""
    first_gathered_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None
    failures: int = 0

    def due(self, now: datetime, every: timedelta) -> bool:
        """Whether it is time to poll: never a gone source, never before its Retry-After."""
        if self.status is GatherStatus.GONE:
            return False
        if self.memory.not_before is not None and now < self.memory.not_before:
            return False
        return self.last_polled_at is None or now >= self.last_polled_at + every


def state(connection: Connection, name: str) -> SourceState:
    """How the source called ``name`` stands; a fresh state if it was never polled."""
    row = connection.execute(sa.select(source).where(source.c.name == name)).one_or_none()
    if row is None:
        return SourceState(name=name)
    return SourceState(
        name=name,
        memory=codec.MEMORY.validate_python(row.memory),
        status=GatherStatus(row.status),
        note=row.note,
        first_gathered_at=row.first_gathered_at,
        last_polled_at=row.last_polled_at,
        last_ok_at=row.last_ok_at,
        last_new_at=row.last_new_at,
        failures=row.failures,
    )


def record(
    connection: Connection, gathered: GatheredSource, kept: KeptStories, now: datetime
) -> None:
    """Keep how a poll ended, with its rejected entries."""
    before = state(connection, gathered.source)
    good = gathered.status in {GatherStatus.OK, GatherStatus.NOT_MODIFIED}
    read = gathered.status is GatherStatus.OK
    values = {
        "memory": codec.dump(codec.MEMORY, gathered.memory),
        "status": gathered.status.value,
        "note": gathered.note,
        "first_gathered_at": before.first_gathered_at or (now if read else None),
        "last_polled_at": now,
        "last_ok_at": now if good else before.last_ok_at,
        "last_new_at": now if kept.new else before.last_new_at,
        "failures": 0 if good else before.failures + 1,
    }
    if before.last_polled_at is None:
        connection.execute(sa.insert(source).values(name=gathered.source, **values))
    else:
        connection.execute(sa.update(source).where(source.c.name == gathered.source).values(values))
    connection.execute(
        sa.insert(fetch).values(
            source=gathered.source,
            at=now,
            status=gathered.status.value,
            stories=len(gathered.stories),
            new=len(kept.new),
            updated=len(kept.updated),
            rejects=codec.dump(codec.REJECTS, gathered.rejects),
            note=gathered.note,
        )
    )
