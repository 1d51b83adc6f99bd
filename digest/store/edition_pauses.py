"""Times in which an edition does not go out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.store.schedule_tables import edition_pause


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionPause:
    """Who paused an edition, from when, and until when."""

    at: datetime
    who: str
    #: the first local date on which it goes out again; None: until somebody resumes it
    until: date | None
    ended_at: datetime | None = None

    def keeps(self, day: date, at: datetime) -> bool:
        """Whether it keeps in the issue of a local date that is due ``at``."""
        if at <= self.at or (self.until is not None and day >= self.until):
            return False
        return self.ended_at is None or at <= self.ended_at

    def stands(self, today: date) -> bool:
        """Whether it lasts on ``today``."""
        return self.ended_at is None and (self.until is None or today < self.until)


def of(connection: Connection, edition: str) -> Sequence[EditionPause]:
    """All pauses of an edition, the oldest first."""
    query = sa.select(edition_pause).where(edition_pause.c.edition == edition)
    return [_pause(row) for row in connection.execute(query.order_by(edition_pause.c.id))]


def add(connection: Connection, edition: str, until: date | None, who: str, now: datetime) -> None:
    """Pause an edition."""
    row = {"edition": edition, "at": now, "who": who, "until": until}
    connection.execute(sa.insert(edition_pause).values(row))


def end(connection: Connection, edition: str, who: str, now: datetime) -> int:
    """End what stands of an edition's pauses; how many did."""
    standing = sa.and_(edition_pause.c.edition == edition, edition_pause.c.ended_at.is_(None))
    done = sa.update(edition_pause).where(standing).values(ended_at=now, ended_by=who)
    return connection.execute(done).rowcount


def _pause(row: Row[Any]) -> EditionPause:
    return EditionPause(at=row.at, who=row.who, until=row.until, ended_at=row.ended_at)
