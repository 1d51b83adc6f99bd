"""Batches whose outcome is not known: claimed by somebody who is gone, or left in doubt.

Time alone never makes a claimed batch planned again: its messages may have gone out. It becomes
``in_doubt``, and evidence (``digest/deliver/reconcile.py``) decides delivery by delivery.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.curate.lifecycle import UNFINISHED
from digest.model import (
    Batch,
    BatchState,
    DeliveryState,
    IssueId,
    IssueState,
    Outcome,
    SubscriberId,
)
from digest.store import ledger
from digest.store.tables import batch, delivery, issue, variant

#: issues of which nothing more is sent
CLOSED = frozenset(IssueState) - UNFINISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBatch:
    """A batch that is claimed or in doubt."""

    issue: IssueId
    number: int
    attempt: int
    state: BatchState
    lease_until: datetime | None
    #: None: somebody decided about it since
    owner: str | None = None

    @property
    def batch(self) -> Batch:
        """The batch itself, without its deliveries."""
        return Batch(issue=self.issue, number=self.number, attempt=self.attempt)


def unsettled(connection: Connection, issue_id: IssueId | None = None) -> list[OpenBatch]:
    """Batches that are claimed or in doubt: of one issue, or of all."""
    query = sa.select(batch).where(
        batch.c.state.in_([BatchState.CLAIMED.value, BatchState.IN_DOUBT.value])
    )
    if issue_id is not None:
        query = query.where(batch.c.issue_id == issue_id)
    return [
        OpenBatch(
            issue=IssueId(row.issue_id),
            number=row.number,
            attempt=row.attempt,
            state=BatchState(row.state),
            lease_until=row.lease_until,
            owner=row.owner,
        )
        for row in connection.execute(query.order_by(batch.c.issue_id, batch.c.number))
    ]


def expired(
    connection: Connection, now: datetime, issue_id: IssueId | None = None
) -> list[OpenBatch]:
    """Claimed batches whose lease has ended. Being late proves nothing; see ``doubt``."""
    return [
        one
        for one in unsettled(connection, issue_id)
        if one.state is BatchState.CLAIMED and one.lease_until is not None and one.lease_until < now
    ]


def doubt(connection: Connection, one: OpenBatch) -> bool:
    """Call a claimed batch doubtful; False if it changed hands meanwhile."""
    done = connection.execute(
        sa.update(batch)
        .where(
            batch.c.issue_id == one.issue,
            batch.c.number == one.number,
            batch.c.attempt == one.attempt,
            batch.c.state == one.state.value,
            # A renewed lease is a sign of life.
            batch.c.lease_until.is_(None)
            if one.lease_until is None
            else batch.c.lease_until == one.lease_until,
        )
        .values(state=BatchState.IN_DOUBT.value)
    )
    return bool(done.rowcount)


def undecided(connection: Connection, one: OpenBatch) -> tuple[Batch, frozenset[SubscriberId]]:
    """The batch with those of its deliveries that have no final outcome.

    Beside it those already in doubt from an earlier attempt: of them this attempt tells nothing.
    """
    rows = connection.execute(
        sa.select(delivery.c.subscriber_id, delivery.c.state, variant.c.key)
        .join(variant, variant.c.id == delivery.c.variant_id)
        .where(
            delivery.c.issue_id == one.issue,
            delivery.c.number == one.number,
            delivery.c.state.in_([state.value for state in ledger.UNDECIDED]),
        )
    ).all()
    whole = replace(one.batch, deliveries={row.subscriber_id: row.key for row in rows})
    doubted = (row.subscriber_id for row in rows if row.state == DeliveryState.IN_DOUBT)
    return whole, frozenset(doubted)


def decide(
    connection: Connection,
    one: OpenBatch,
    outcomes: Iterable[Outcome],
    now: datetime,
    *,
    gone: bool = True,
) -> bool:
    """Write what the evidence says of a doubtful batch; False if it changed hands meanwhile.

    What was certainly not sent is planned again, or expired where its issue is closed. ``gone``:
    its claimer is known to have ended, not only to be late.
    """
    held = connection.execute(
        sa.update(batch)
        .where(
            batch.c.issue_id == one.issue,
            batch.c.number == one.number,
            batch.c.attempt == one.attempt,
            batch.c.state == BatchState.IN_DOUBT.value,
        )
        .values(lease_until=None if gone else one.lease_until)
    )
    if not held.rowcount:
        return False
    ledger.write_outcomes(connection, one.batch, outcomes, now)
    ledger.close(connection, one.batch, now)
    if _is_closed(connection, one.issue):
        ledger.expire(connection, one.issue, now)
    return True


def is_settled(connection: Connection, ref: str) -> bool:
    """Whether all that this attempt (``Batch.ref``) came to stands in the ledger."""
    parts = ref.split(".")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return False
    issue_id, number, attempt = map(int, parts)
    row = connection.execute(
        sa.select(batch.c.state, batch.c.attempt).where(
            batch.c.issue_id == issue_id, batch.c.number == number
        )
    ).one_or_none()
    if row is None or row.attempt < attempt:
        return False
    return row.attempt > attempt or row.state in {BatchState.PLANNED, BatchState.DONE}


def _is_closed(connection: Connection, issue_id: IssueId) -> bool:
    state = connection.scalar(sa.select(issue.c.state).where(issue.c.id == issue_id))
    return state in {one.value for one in CLOSED}
