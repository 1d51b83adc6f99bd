"""The latest time that a scheduler saw, whichever process it was."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.store.engine import insert_new
from digest.store.schedule_tables import clock_seen

_ONE = 1


def last(connection: Connection) -> datetime | None:
    """When a scheduler looked at the clock last; None: none did."""
    at: datetime | None = connection.scalar(sa.select(clock_seen.c.at))
    return at


def put(connection: Connection, at: datetime) -> None:
    """Write down what the clock shows."""
    if not connection.execute(sa.update(clock_seen).values(at=at)).rowcount:
        insert_new(connection, clock_seen, [{"number": _ONE, "at": at}])
