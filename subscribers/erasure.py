"""Erasure: the person goes, the promise never to mail them stays (GDPR Art. 17).

The promise is kept under a keyed hash only, and so nobody can bring them back by an import.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import departures, feed, suppression
from subscribers.departures import Departure
from subscribers.tables import asked, subscriber

#: the reason of the suppression that is left of a person
ERASED = "erased"


def erase(connection: Connection, who: int, now: datetime) -> bool:
    """Delete a person with all that refers to them; False if there is none such (any more)."""
    hashed = connection.scalar(sa.select(subscriber.c.address_hash).where(subscriber.c.id == who))
    if hashed is None:
        return False
    suppression.suppress(connection, hashed, reason=ERASED, scope=suppression.EVERYWHERE, now=now)
    connection.execute(sa.delete(asked).where(asked.c.address_hash == hashed))
    # Everything else that is theirs goes with the row, by its foreign keys.
    connection.execute(sa.delete(subscriber).where(subscriber.c.id == who))
    feed.erased(connection, who, now)
    told = {"what": Departure.ERASED, "subscriber": who, "at": now.isoformat()}
    departures.note(connection, told)
    return True


def stop(connection: Connection, who: int, now: datetime) -> None:
    """Promise at once what ``erase`` keeps, so that nothing is sent while the rest is erased."""
    hashed = connection.scalar(sa.select(subscriber.c.address_hash).where(subscriber.c.id == who))
    if hashed is not None:
        suppression.suppress(
            connection, hashed, reason=ERASED, scope=suppression.EVERYWHERE, now=now
        )
