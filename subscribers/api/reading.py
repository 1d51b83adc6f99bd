"""People as the API tells of them, read a page at a time in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers.api.models import Person, Promise, Tie
from subscribers.model import Frequency, Kind, Style, SubscriptionState
from subscribers.store import chosen
from subscribers.tables import attribute, subscriber, subscription, suppression, tag


def people(connection: Connection, ids: Sequence[int]) -> list[Person]:
    """These people, by id; unknown ones are not among them."""
    rows = connection.execute(
        sa.select(subscriber).where(subscriber.c.id.in_(ids)).order_by(subscriber.c.id)
    ).all()
    kinds = chosen(connection, ids)
    tags = _hanging(connection, tag, ids)
    attributes = _hanging(connection, attribute, ids)
    ties = _hanging(connection, subscription, ids)
    barred = defaultdict(list)
    hashes = [row.address_hash for row in rows]
    for row in connection.execute(
        sa.select(suppression)
        .where(suppression.c.address_hash.in_(hashes))
        .order_by(suppression.c.scope)
    ):
        barred[row.address_hash].append(Promise(edition=row.scope, reason=row.reason, at=row.at))
    return [
        Person(
            id=row.id,
            address=row.email,
            name=row.name,
            language=row.language,
            regions=sorted(kinds[row.id][Kind.REGION]),
            topics=sorted(kinds[row.id][Kind.TOPIC]),
            tags=sorted(one.name for one in tags[row.id]),
            attributes={one.name: one.value for one in attributes[row.id]},
            frequency=Frequency(row.frequency),
            weekly_on=row.weekly_on,
            limit=row.story_limit,
            style=Style(row.style),
            breaking=row.breaking,
            send_hour=row.send_hour,
            time_zone=row.time_zone,
            paused_until=row.paused_until,
            subscriptions=[
                Tie(
                    edition=one.edition,
                    state=SubscriptionState(one.state),
                    joined_at=one.joined_at,
                    left_at=one.left_at,
                )
                for one in ties[row.id]
            ],
            suppressions=barred[row.address_hash],
            joined_at=row.joined_at,
            created_at=row.created_at,
            chosen_at=row.chosen_at,
        )
        for row in rows
    ]


def person(connection: Connection, who: int) -> Person | None:
    """One person; None if there is none (any more)."""
    return next(iter(people(connection, [who])), None)


def _hanging(
    connection: Connection, table: sa.Table, ids: Sequence[int]
) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(
        sa.select(table).where(table.c.subscriber_id.in_(ids)).order_by(*table.primary_key.columns)
    ):
        found[row.subscriber_id].append(row)
    return found
