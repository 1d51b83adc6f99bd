"""What happened to people, for programs that follow along by asking for what came since.

Nothing is missed: on PostgreSQL transactions may commit out of the order of their ids, so events
are in order of the transaction that wrote them, and read only up to the oldest one still running.
SQLite has one writer at a time: there the order of ids is that of commits.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Self

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers.errors import CursorError
from subscribers.tables import event

CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


class Happening(StrEnum):
    """What happened."""

    #: said yes, or was brought along with their yes: from now on gets an edition
    SUBSCRIBED = "subscribed"
    CONFIRMED = "confirmed"
    #: their choices, name, tags or what is known of them
    CHANGED = "changed"
    LEFT = "left"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    #: nothing is kept of them; forget them too
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to one person."""

    subscriber: int
    kind: Happening
    at: datetime
    #: empty where it is about the person
    edition: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far somebody has read: a transaction (0 on SQLite) and an event of it."""

    xid: int = 0
    id: int = 0

    def __str__(self) -> str:
        return f"{self.xid}.{self.id}"

    @classmethod
    def read(cls, text: str) -> Self:
        """A cursor of ours; empty text is the beginning. Raises CursorError."""
        found = CURSOR.fullmatch(text or "0.0")
        if found is None:
            raise CursorError("this is no cursor of ours")
        return cls(int(found[1]), int(found[2]))


def record(connection: Connection, events: Sequence[Event]) -> None:
    """Tell followers, once this transaction is committed."""
    rows = [
        {
            "subscriber_id": one.subscriber,
            "kind": one.kind.value,
            "edition": one.edition,
            "at": one.at,
        }
        for one in events
    ]
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        connection.execute(_insert(), columns)
    else:
        connection.execute(sa.insert(event), rows)


def erased(connection: Connection, who: int, now: datetime) -> None:
    """Tell that a person was erased."""
    record(connection, [Event(subscriber=who, kind=Happening.ERASED, at=now)])


def after(
    connection: Connection, cursor: Cursor, limit: int
) -> tuple[list[tuple[Cursor, Event]], Cursor]:
    """The next events, each with its own cursor, and the cursor to go on from.

    Raises CursorError for a cursor of another database, such as one from before a restore.
    """
    query = sa.select(event)
    if connection.dialect.name == "postgresql":
        safe = connection.scalars(sa.select(_number(_XMIN))).one()
        place = sa.tuple_(event.c.xid, event.c.id) > sa.tuple_(
            sa.bindparam("xid", cursor.xid, sa.BigInteger),
            sa.bindparam("last", cursor.id, sa.BigInteger),
        )
        query = query.where(place, event.c.xid < safe).order_by(event.c.xid, event.c.id)
    else:
        query = query.where(event.c.id > cursor.id).order_by(event.c.id)
    # Events are never deleted: who read one finds it as it was.
    read = sa.select(event.c.xid).where(event.c.id == cursor.id)
    if cursor != Cursor() and connection.scalar(read) != cursor.xid:
        raise CursorError("this cursor is of another database: begin again without one")
    found = [
        (
            Cursor(row.xid, row.id),
            Event(
                subscriber=row.subscriber_id,
                kind=Happening(row.kind),
                at=row.at,
                edition=row.edition,
            ),
        )
        for row in connection.execute(query.limit(limit))
    ]
    return found, found[-1][0] if found else cursor


def adopt(connection: Connection) -> int:
    """Make events of another PostgreSQL cluster this one's, and return how many; none on SQLite.

    Restored where fewer transactions were, they would be held back until as many are, and what
    comes meanwhile would be told before them. They get the number of this transaction, so whoever
    had read one of them is told to begin again (``after``).
    """
    if connection.dialect.name != "postgresql":
        return 0
    # What this transaction sees was committed before its snapshot's end, or is from elsewhere.
    foreign = sa.update(event).where(event.c.xid >= sa.select(_number(_XMAX)).scalar_subquery())
    return connection.execute(foreign.values(xid=_number(sa.func.pg_current_xact_id()))).rowcount


def _number(value: sa.ColumnElement[object]) -> sa.ColumnElement[int]:
    """An ``xid8`` as a number; PostgreSQL casts it by way of text only."""
    return sa.cast(sa.cast(value, sa.Text), sa.BigInteger)


_SNAPSHOT = sa.func.pg_current_snapshot()
_XMIN, _XMAX = sa.func.pg_snapshot_xmin(_SNAPSHOT), sa.func.pg_snapshot_xmax(_SNAPSHOT)
_NAMES = ("subscriber_id", "kind", "edition", "at")


@cache
def _insert() -> sa.Insert:
    """One statement, a column a parameter, as in store.insert_new."""
    from sqlalchemy.dialects import postgresql  # takes long to import, and SQLite needs none

    return postgresql.insert(event).from_select(
        [*_NAMES, "xid"],
        sa.select(
            *(
                sa.func.unnest(sa.bindparam(name, type_=postgresql.ARRAY(event.c[name].type)))
                for name in _NAMES
            ),
            _number(sa.func.pg_current_xact_id()),
        ),
        include_defaults=False,
    )
