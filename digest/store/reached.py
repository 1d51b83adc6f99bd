"""Which issues reached a reader: where their own window starts."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import UNREACHED, DeliveryState, Issue, SubscriberId
from digest.store.heard_table import delivery_event
from digest.store.tables import delivery


def last_accepted(
    connection: Connection, before: Sequence[Issue], readers: Sequence[SubscriberId]
) -> dict[SubscriberId, datetime]:
    """For each reader the end of the window of the newest of these issues that reached them.

    ``before`` newest first, ``readers`` in order of their ids. Nearly all had the newest issue, so
    the others ask for few.
    """
    found: dict[SubscriberId, datetime] = {}
    missing = set(readers)
    for one in before:
        if not missing or one.window_to is None:
            break
        reached = sa.select(delivery.c.subscriber_id).where(
            delivery.c.issue_id == one.id,
            delivery.c.subscriber_id >= min(missing),
            delivery.c.subscriber_id <= max(missing),
            delivery.c.state == DeliveryState.ACCEPTED.value,
            # What came back reached nobody.
            ~sa.exists().where(
                delivery_event.c.issue_id == one.id,
                delivery_event.c.kind.in_([kind.value for kind in UNREACHED]),
                delivery_event.c.subscriber_id == delivery.c.subscriber_id,
            ),
        )
        had = missing.intersection(connection.scalars(reached))
        found |= dict.fromkeys(had, one.window_to)
        missing -= had
    return found
