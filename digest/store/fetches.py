"""How a source's polls ended, one by one, for people to look back at."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import GatherStatus, Reject
from digest.store import codec
from digest.store.tables import fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """One poll."""

    at: datetime
    status: GatherStatus
    stories: int
    new: int
    updated: int
    rejects: tuple[Reject, ...]
    note: str


def last(connection: Connection, source: str, limit: int) -> list[Fetch]:
    """The last polls of a source, newest first."""
    rows = connection.execute(
        sa.select(fetch)
        .where(fetch.c.source == source)
        .order_by(fetch.c.at.desc(), fetch.c.id.desc())
        .limit(limit)
    )
    return [
        Fetch(
            at=row.at,
            status=GatherStatus(row.status),
            stories=row.stories,
            new=row.new,
            updated=row.updated,
            rejects=codec.REJECTS.validate_python(row.rejects),
            note=row.note,
        )
        for row in rows
    ]
