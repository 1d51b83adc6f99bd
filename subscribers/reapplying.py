"""Does again, to a copy of the database, what people asked for after the copy was made.

Told twice it does nothing twice. Who came back later than they left, in the copy, stays: a journal
may reach further back than the copy.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from subscribers import erasure, leaving, suppression
from subscribers.departures import Departure, Entry
from subscribers.tables import subscriber, subscription

SOURCE = "departures since the backup"
ACTOR = "restore"


@dataclass(slots=True)
class Reapplied:
    """What was done again."""

    left: int = 0
    suppressed: int = 0
    erased: int = 0


def reapply(engine: Engine, entries: Iterable[Entry]) -> Reapplied:
    """Leave, suppress and erase as the entries say, oldest first, in one transaction.

    A promise that its owner took back since is not made again. What brought people back is not
    done again: its proof is lost with the database, so who wants mail asks anew.
    """
    told = list(entries)
    done = Reapplied()
    with engine.begin() as connection:
        for one in told:
            if one["what"] == Departure.LEFT:
                done.left += _leave(connection, one)
        for one in _standing(told):
            done.suppressed += _suppress(connection, one)
        for one in told:
            if one["what"] == Departure.ERASED:
                at = datetime.fromisoformat(one["at"])
                done.erased += erasure.erase(connection, one["subscriber"], at)
    return done


def _standing(told: list[Entry]) -> list[Entry]:
    """The promises that nobody took back afterwards."""
    found: dict[tuple[str, str], Entry] = {}
    for one in told:
        match one["what"]:
            case Departure.SUPPRESSED:
                found.setdefault((one["address"], one["scope"]), one)
            case Departure.DOMAIN:
                found.setdefault((one["domain"], ""), one)
            case Departure.LIFTED:
                for scope in one["scopes"]:
                    found.pop((one["address"], scope), None)
    return list(found.values())


def _leave(connection: Connection, one: Entry) -> int:
    at = datetime.fromisoformat(one["at"])
    which = sa.and_(
        subscription.c.subscriber_id == one["subscriber"],
        subscription.c.edition == one["edition"],
        subscription.c.joined_at <= at,
    )
    return len(leaving.leave(connection, which, now=at, source=SOURCE, actor=ACTOR))


def _suppress(connection: Connection, one: Entry) -> int:
    at = datetime.fromisoformat(one["at"])
    if one["what"] == Departure.DOMAIN:
        suppression.suppress_domain(connection, one["domain"], reason=one["reason"], now=at)
        return 1
    suppression.suppress(
        connection, one["address"], reason=one["reason"], scope=one["scope"], now=at
    )
    return 1


def known(connection: Connection, people: Iterable[int]) -> frozenset[int]:
    """Those of these subscribers that are there."""
    query = sa.select(subscriber.c.id).where(subscriber.c.id.in_(sorted(people)))
    return frozenset(connection.scalars(query))
