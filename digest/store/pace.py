"""How fast an issue goes at the moment, by what was settled lately."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import DeliveryState, IssueId
from digest.store.tables import batch, delivery

#: states in which a delivery waits for somebody, or is at work
_OPEN = (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.DEFERRED)


def settled_since(connection: Connection, issue: IssueId, since: datetime) -> int:
    """How many deliveries of an issue stand in batches that were done then or later."""
    query = (
        sa.select(sa.func.count())
        .select_from(batch)
        .join(
            delivery,
            sa.and_(delivery.c.issue_id == batch.c.issue_id, delivery.c.number == batch.c.number),
        )
        .where(
            batch.c.issue_id == issue,
            batch.c.done_at >= since,
            delivery.c.state.not_in([one.value for one in _OPEN]),
        )
    )
    return connection.scalar(query) or 0
