"""By which schedule each edition goes, and since when."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.store.engine import insert_new
from digest.store.schedule_tables import edition_schedule


def since(connection: Connection, edition: str) -> tuple[str, datetime] | None:
    """What was told of an edition's schedule last, and since when; None: nothing yet."""
    row = connection.execute(
        sa.select(edition_schedule).where(edition_schedule.c.edition == edition)
    ).one_or_none()
    return None if row is None else (row.told, row.since)


def put(connection: Connection, edition: str, told: str, at: datetime) -> None:
    """Write down that an edition goes by this schedule since then."""
    this = edition_schedule.c.edition == edition
    changed = sa.update(edition_schedule).where(this).values(told=told, since=at)
    if not connection.execute(changed).rowcount:
        row = {"edition": edition, "told": told, "since": at}
        insert_new(connection, edition_schedule, [row])


def forget_before(connection: Connection, at: datetime) -> None:
    """Nothing that was due before then is made up for."""
    connection.execute(
        sa.update(edition_schedule).where(edition_schedule.c.since < at).values(since=at)
    )
