"""Days on which an edition does not go out, because somebody said so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.store.aside_tables import day_off
from digest.store.engine import insert_new


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOff:
    """Who left a day out, and when."""

    at: datetime
    who: str


def of(connection: Connection, edition: str) -> Mapping[date, DayOff]:
    """Local date → who left it out."""
    rows = connection.execute(sa.select(day_off).where(day_off.c.edition == edition))
    return {row.local_date: DayOff(at=row.at, who=row.who) for row in rows}


def add(connection: Connection, edition: str, day: date, who: str, now: datetime) -> None:
    """Leave a day out; one that is left out already stays so."""
    row = {"edition": edition, "local_date": day, "at": now, "who": who}
    insert_new(connection, day_off, [row])


def remove(connection: Connection, edition: str, day: date) -> bool:
    """Take it back; False if it was not left out."""
    which = sa.and_(day_off.c.edition == edition, day_off.c.local_date == day)
    return connection.execute(sa.delete(day_off).where(which)).rowcount == 1
