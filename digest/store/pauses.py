"""Sources that people want left alone for a while."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.store.aside_tables import source_pause
from digest.store.engine import insert_new


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """Who paused a source, and when."""

    at: datetime
    who: str


def every(connection: Connection) -> Mapping[str, Paused]:
    """Source → its pause."""
    rows = connection.execute(sa.select(source_pause))
    return {row.source: Paused(at=row.at, who=row.who) for row in rows}


def pause(connection: Connection, source: str, who: str, now: datetime) -> None:
    """Leave a source alone; one that is paused stays as it is."""
    insert_new(connection, source_pause, [{"source": source, "at": now, "who": who}])


def resume(connection: Connection, source: str) -> None:
    """Read it again."""
    connection.execute(sa.delete(source_pause).where(source_pause.c.source == source))
