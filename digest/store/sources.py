"""What we know of each source: its memory between polls and how its polls ended."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.model import GatheredSource, GatherStatus, SourceMemory
from digest.schedule import polls
from digest.store import bodies, codec, pauses
from digest.store.pauses import Paused
from digest.store.stories import KeptStories
from digest.store.tables import fetch, source

NO_MEMORY = SourceMemory()
#: failed so often, and over so long a time
DEGRADED_TIMES, DEGRADED_FOR = 10, timedelta(days=3)
#: a failure matters to an issue once the last good poll is older than so many polls
FAILING_POLLS = 3


#: polls with new stories that are remembered, to tell a source's rhythm
ARRIVALS = 30


class Health(StrEnum):
    """How a source is doing, in one word for a person."""

    NEVER_POLLED = "never polled"
    GOOD = "good"
    #: good, but longer without a new story than ever before
    SILENT = "silent"
    FAILING = "failing"
    #: failing for days
    DEGRADED = "degraded"
    #: the publisher took it away; it is not polled any longer
    GONE = "gone"
    #: a person wants it left alone
    PAUSED = "paused"


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
    paused: Paused | None = None

    def due(self, now: datetime, every: timedelta, wanted_at: datetime | None = None) -> bool:
        """Whether it is time to poll: never a gone or paused one, nor before its Retry-After.

        ``wanted_at``: an edition needs it read at or after this time, whatever its own rhythm.
        """
        if self.status is GatherStatus.GONE or self.paused is not None:
            return False
        if self.memory.not_before is not None and now < self.memory.not_before:
            return False
        if self.last_polled_at is None:
            return True
        if wanted_at is not None and self.last_polled_at < wanted_at <= now:
            return True
        return now >= self.last_polled_at + self.interval(every)

    def interval(self, every: timedelta) -> timedelta:
        """How long after its last poll it is asked again by itself."""
        assert self.last_polled_at is not None
        return polls.interval(
            self.name,
            every,
            polled_at=self.last_polled_at,
            fresh_seconds=self.memory.fresh_seconds,
            failures=self.failures,
            arrivals=self.memory.arrivals,
        )

    def failing(self, now: datetime, every: timedelta) -> bool:
        """Whether it fails, and nobody knows what it brought since its last good polls.

        A source that its publisher took away is not: it brings nothing, and will not be well again.
        Nor is one that somebody paused: they know.
        """
        if self.paused is not None or self.status is not GatherStatus.FAILED:
            return False
        bound = now - FAILING_POLLS * max(every, polls.LEAST)
        return self.last_ok_at is None or self.last_ok_at < bound

    @property
    def rhythm(self) -> polls.Rhythm | None:
        """How it publishes, once that is known."""
        return polls.rhythm(self.memory.arrivals)

    def health(self, now: datetime) -> Health:
        """How it is doing."""
        if self.paused is not None:
            return Health.PAUSED
        if self.last_polled_at is None:
            return Health.NEVER_POLLED
        if self.status is GatherStatus.GONE:
            return Health.GONE
        if self.status is GatherStatus.FAILED:
            good_at = self.last_ok_at or self.first_gathered_at
            many = self.failures >= DEGRADED_TIMES
            long = good_at is None or now - good_at >= DEGRADED_FOR
            return Health.DEGRADED if many and long else Health.FAILING
        return Health.SILENT if self.silence(now) is not None else Health.GOOD

    def silence(self, now: datetime) -> timedelta | None:
        """How long it has been silent, where that is longer than it ever is."""
        return polls.silence(self.memory.arrivals, now)

    def told(self, now: datetime) -> str:
        """Its note, with a word about its silence."""
        silent = self.silence(now)
        if silent is None:
            return self.note
        alert = f"nothing new for {_days(silent)}: longer than ever, see whether it still works"
        return f"{self.note}; {alert}" if self.note else alert


def _days(time: timedelta) -> str:
    hours = round(time.total_seconds() / 3600)
    return f"{hours} hours" if hours < 72 else f"{hours // 24} days"


def state(connection: Connection, name: str) -> SourceState:
    """How the source called ``name`` stands; a fresh state if it was never polled."""
    return states(connection, [name])[0]


def states(connection: Connection, names: Iterable[str]) -> list[SourceState]:
    """How these sources stand, in this order; one never polled has a fresh state."""
    names = list(names)
    rows = connection.execute(
        sa.select(source).where(source.c.name == names[0]) if len(names) == 1 else sa.select(source)
    )
    paused = pauses.every(connection)
    known = {row.name: _state(row) for row in rows}
    found = [known.get(name) or SourceState(name=name) for name in names]
    return [replace(one, paused=paused[one.name]) if one.name in paused else one for one in found]


def _state(row: Row[Any]) -> SourceState:
    return SourceState(
        name=row.name,
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
    """Keep how a poll ended, with its rejected entries and what it brought."""
    before = state(connection, gathered.source)
    if gathered.body is not None:
        bodies.keep(connection, gathered.source, gathered.body, now)
    good = gathered.status in {GatherStatus.OK, GatherStatus.NOT_MODIFIED}
    read = gathered.status is GatherStatus.OK
    values = {
        "memory": codec.MEMORY.dump(_memory(before, gathered, kept, now)),
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
            rejects=codec.REJECTS.dump(gathered.rejects),
            note=gathered.note,
        )
    )


def _memory(
    before: SourceState, gathered: GatheredSource, kept: KeptStories, now: datetime
) -> SourceMemory:
    """What the source remembers itself, and what only the store can know."""
    arrivals = before.memory.arrivals
    # the first gather brings an archive, which is no rhythm
    if kept.new and before.first_gathered_at is not None:
        arrivals = (*arrivals, now)[-ARRIVALS:]
    reused = before.memory.guids_reused or kept.guids_reused
    return replace(gathered.memory, arrivals=arrivals, guids_reused=reused)
