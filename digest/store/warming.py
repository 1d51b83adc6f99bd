"""How many messages went by a route that warms up, by day and receiving domain."""

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import DeliveryState, IssueId, SubscriberId
from digest.store.engine import insert_new
from digest.store.route_tables import route, warm_up
from digest.store.tables import delivery

#: the sum over all domains
ALL = ""


def given(connection: Connection, name: str, day: date) -> Mapping[str, int]:
    """Messages given to a route on a day, by domain; ``ALL``: in all.

    Holds the route's row until the transaction ends, so that two issues that are addressed at a
    time do not both count on the same room.
    """
    insert_new(connection, route, [{"name": name}])
    held = sa.select(route.c.name).where(route.c.name == name).with_for_update()
    connection.execute(held)
    return on(connection, name, day)


def on(connection: Connection, name: str, day: date) -> Mapping[str, int]:
    """The same, only to be looked at."""
    rows = connection.execute(
        sa.select(warm_up.c.domain, warm_up.c.messages).where(
            warm_up.c.route == name, warm_up.c.day == day
        )
    )
    return {row.domain: row.messages for row in rows}


def give(connection: Connection, name: str, day: date, messages: Mapping[str, int]) -> None:
    """Count more messages by domain."""
    if not messages:
        return
    keys = [{"route": name, "day": day, "domain": domain, "messages": 0} for domain in messages]
    insert_new(connection, warm_up, keys)
    connection.execute(
        sa.update(warm_up)
        .where(
            warm_up.c.route == name,
            warm_up.c.day == day,
            warm_up.c.domain == sa.bindparam("of"),
        )
        .values(messages=warm_up.c.messages + sa.bindparam("more")),
        [{"of": domain, "more": more} for domain, more in messages.items()],
    )


def left_out(connection: Connection, issue: IssueId, reason: str) -> list[SubscriberId]:
    """The readers of an issue whom no route could mail."""
    query = sa.select(delivery.c.subscriber_id).where(
        delivery.c.issue_id == issue,
        delivery.c.state == DeliveryState.EXCLUDED.value,
        delivery.c.code == reason,
    )
    return list(connection.scalars(query.order_by(delivery.c.subscriber_id)))
