"""Deliveries that were left out or refused after the audience was frozen, reader by reader."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import DeliveryState, IssueId, SubscriberId
from digest.store.tables import delivery

STATES = (DeliveryState.EXCLUDED, DeliveryState.REJECTED)
#: readers told at the most; the counts of an issue tell how many there are
MOST = 1000


def not_sent(connection: Connection, issue: IssueId) -> Mapping[str, Sequence[SubscriberId]]:
    """Reason → the readers, by id: ``needs smtputf8``, ``suppressed``, a provider's ``550``."""
    rows = connection.execute(
        sa.select(delivery.c.code, delivery.c.subscriber_id)
        .where(delivery.c.issue_id == issue, delivery.c.state.in_([one.value for one in STATES]))
        .order_by(delivery.c.code, delivery.c.subscriber_id)
        .limit(MOST)
    )
    found: dict[str, list[SubscriberId]] = {}
    for row in rows:
        found.setdefault(row.code, []).append(row.subscriber_id)
    return found
