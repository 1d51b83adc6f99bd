"""What readers' mail servers, and readers through them, tell of mail that was sent to them.

Everything can be told again, in any order and late, and ends in the same state: the strongest
reason stands, the earliest of equals. Nobody is made to leave what they joined afterwards.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import feed, leaving
from subscribers.suppression import EVERYWHERE, promise
from subscribers.tables import subscriber, subscription, suppression

#: reasons of suppressions, the stronger first; any other reason is a person's and stays
COMPLAINT, BOUNCE = "complaint", "bounce"
TOLD = {COMPLAINT: feed.Happening.COMPLAINED, BOUNCE: feed.Happening.BOUNCED}
SOURCE = 200
#: people asked for in one query
IDS = 500


class Notice(Protocol):
    """What somebody told of one person's mail."""

    @property
    def subscriber(self) -> int: ...
    @property
    def at(self) -> datetime:
        """When it happened."""

    @property
    def source(self) -> str:
        """Who told, of what, with which code: ``sendgrid, issue 12, 550 5.1.1``."""

    @property
    def edition(self) -> str:
        """The edition of the mail; empty where that is not known."""


def bounced(connection: Connection, notices: Iterable[Notice]) -> None:
    """No mail reaches these people: never again to this address. Unknown ones are passed over."""
    _suppress(connection, notices, BOUNCE)


def complained(connection: Connection, notices: Sequence[Notice]) -> None:
    """These people called it spam: never again, and every edition is left."""
    _suppress(connection, notices, COMPLAINT)
    for one in notices:
        _leave(connection, one, "complaint", sa.true())


def unsubscribed(connection: Connection, notices: Sequence[Notice]) -> None:
    """These people left the edition of the mail; every one where it is not known."""
    for one in notices:
        which = subscription.c.edition == one.edition if one.edition else sa.true()
        _leave(connection, one, "unsubscribe", which)


def _leave(connection: Connection, one: Notice, what: str, which: sa.ColumnElement[bool]) -> None:
    theirs = sa.and_(
        subscription.c.subscriber_id == one.subscriber,
        which,
        # A late word must not undo what the person has asked for since.
        subscription.c.joined_at <= one.at,
    )
    leaving.leave(
        connection,
        theirs,
        now=one.at,
        source=f"{what}: {one.source}"[:200],
        actor=one.source.partition(",")[0][:100],
    )


def _suppress(connection: Connection, notices: Iterable[Notice], reason: str) -> None:
    first: dict[int, Notice] = {}
    for one in sorted(notices, key=lambda one: (one.subscriber, one.at, one.source)):
        first.setdefault(one.subscriber, one)
    hashes = _hashes(connection, sorted(first))
    rows = sorted(
        (
            {
                "address_hash": hashes[who],
                "scope": EVERYWHERE,
                "reason": reason,
                "at": one.at,
                "source": one.source[:SOURCE],
            }
            for who, one in first.items()
            if who in hashes
        ),
        key=lambda row: str(row["address_hash"]),
    )
    known = _reasons(connection, [hashes[who] for who in first if who in hashes])
    feed.record(
        connection,
        [
            feed.Event(subscriber=who, kind=TOLD[reason], at=one.at)
            for who, one in first.items()
            if who in hashes and known.get(hashes[who]) not in {reason, COMPLAINT}
        ],
    )
    promise(connection, rows)
    weaker = [BOUNCE] if reason == COMPLAINT else []
    for row in rows:
        connection.execute(
            sa.update(suppression)
            .where(
                suppression.c.address_hash == row["address_hash"],
                suppression.c.scope == EVERYWHERE,
                sa.or_(
                    suppression.c.reason.in_(weaker),
                    sa.and_(
                        suppression.c.reason == reason,
                        sa.or_(
                            suppression.c.at > row["at"],
                            sa.and_(
                                suppression.c.at == row["at"],
                                suppression.c.source > row["source"],
                            ),
                        ),
                    ),
                ),
            )
            .values(reason=reason, at=row["at"], source=row["source"])
        )


def _reasons(connection: Connection, hashes: Sequence[str]) -> dict[str, str]:
    """Why each of these gets no mail at all, of those that get none."""
    found: dict[str, str] = {}
    for start in range(0, len(hashes), IDS):
        rows = connection.execute(
            sa.select(suppression.c.address_hash, suppression.c.reason).where(
                suppression.c.address_hash.in_(hashes[start : start + IDS]),
                suppression.c.scope == EVERYWHERE,
            )
        )
        found.update((row.address_hash, row.reason) for row in rows)
    return found


def _hashes(connection: Connection, people: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(people), IDS):
        rows = connection.execute(
            sa.select(subscriber.c.id, subscriber.c.address_hash).where(
                subscriber.c.id.in_(people[start : start + IDS])
            )
        )
        found.update((row.id, row.address_hash) for row in rows)
    return found
