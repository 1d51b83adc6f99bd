"""What became of deliveries, written once each, and never over an outcome that is final."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Batch, DeliveryState, Outcome, SubscriberId
from digest.store.tables import delivery

#: deliveries that still want an attempt
OPEN = (DeliveryState.PLANNED, DeliveryState.DEFERRED)
#: deliveries whose outcome may still be written; what was accepted stays accepted
UNDECIDED = (*OPEN, DeliveryState.IN_DOUBT)
#: from so many deliveries with one outcome on they are written by one statement
MANY = 20
#: how many it may name
AT_ONCE = 5_000


def write(connection: Connection, one: Batch, told: Iterable[Outcome], now: datetime) -> None:
    """One write for each delivery; never over an outcome that is final.

    Many with one answer, as readers of one request have, are written at a time.
    """
    alike: dict[tuple[str, str, str], list[SubscriberId]] = defaultdict(list)
    for outcome in told:
        answer = outcome.state.value, outcome.code[:200], outcome.provider_id[:200]
        alike[answer].append(outcome.subscriber)
    rows = []
    for (state, code, provider_id), everybody in alike.items():
        values = {"state": state, "code": code, "provider_id": provider_id, "at": now}
        if len(everybody) < MANY:
            rows += [{**values, "who": who} for who in everybody]
        for start in range(0, len(everybody) if len(everybody) >= MANY else 0, AT_ONCE):
            some = delivery.c.subscriber_id.in_(everybody[start : start + AT_ONCE])
            connection.execute(sa.update(delivery).where(*_unsettled(one), some).values(values))
    if rows:
        connection.execute(update(one), rows)


def _unsettled(one: Batch) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        delivery.c.issue_id == one.issue,
        delivery.c.number == one.number,
        # Not in_(): that cannot be executed for many rows at once.
        sa.or_(*(delivery.c.state == state.value for state in UNDECIDED)),
    )


def update(one: Batch) -> sa.Update:
    """One delivery of a batch, whose subscriber is given as ``who``, if it is not final yet."""
    return sa.update(delivery).where(
        *_unsettled(one), delivery.c.subscriber_id == sa.bindparam("who")
    )
