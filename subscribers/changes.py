"""Whether something about people changed: what they are and want, before and after."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import feed
from subscribers.tables import attribute, preference, subscriber, tag

#: of ``subscriber``: these move without anything being changed
MOVING = frozenset({"chosen_at", "last_active_at"})
COLUMNS = [column for column in subscriber.c if column.name not in MOVING]
#: what hangs on a person, apart from editions, of which consent tells
HANGING = (preference, tag, attribute)


@contextmanager
def noticed(connection: Connection, people: Sequence[int], now: datetime) -> Iterator[None]:
    """Around a change of people: followers are told of those who are not as they were."""
    before = _said(connection, people)
    yield
    after = _said(connection, people)
    kind = feed.Happening.CHANGED
    changed = sorted(who for who in after if after[who] != before.get(who))
    feed.record(connection, [feed.Event(subscriber=who, kind=kind, at=now) for who in changed])


def _said(connection: Connection, people: Sequence[int]) -> dict[int, list[object]]:
    if not people:
        return {}
    query = sa.select(*COLUMNS).where(subscriber.c.id.in_(people))
    found: dict[int, list[object]] = {row.id: list(row) for row in connection.execute(query)}
    for table in HANGING:
        theirs = (
            sa.select(table)
            .where(table.c.subscriber_id.in_(people))
            .order_by(*table.primary_key.columns)
        )
        for who, *values in connection.execute(theirs):
            found[who].append((table.name, *values))
    return found
