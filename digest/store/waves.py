"""What has not gone of an issue that goes wave by wave: when the next is, and who gets what."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import BatchState, IssueId, Selected, VariantId
from digest.store import codec
from digest.store.ledger import OPEN
from digest.store.tables import batch, delivery, variant

_OPEN = [state.value for state in OPEN]


def next_due(connection: Connection, issue_id: IssueId) -> datetime | None:
    """When the next of an issue's later readers want it; None: nobody is left."""
    query = sa.select(sa.func.min(batch.c.due_at)).where(
        batch.c.issue_id == issue_id, batch.c.state == BatchState.PLANNED.value
    )
    due: datetime | None = connection.execute(query).scalar_one()
    return due


def left(connection: Connection, issue_id: IssueId) -> list[int]:
    """The batches that nobody has claimed; none is, until this transaction ends."""
    query = sa.select(batch.c.number).where(
        batch.c.issue_id == issue_id, batch.c.state == BatchState.PLANNED.value
    )
    return list(connection.scalars(query.order_by(batch.c.number).with_for_update()))


def variants_left(
    connection: Connection, issue_id: IssueId, numbers: list[int]
) -> Mapping[VariantId, Selected]:
    """What the readers of these batches are to get."""
    theirs = (
        sa.select(delivery.c.variant_id)
        .where(
            delivery.c.issue_id == issue_id,
            delivery.c.number.in_(numbers),
            delivery.c.state.in_(_OPEN),
        )
        .distinct()
    )
    rows = connection.execute(
        sa.select(variant.c.id, variant.c.selection).where(variant.c.id.in_(theirs))
    )
    return {VariantId(row.id): codec.SELECTED.validate_python(row.selection) for row in rows}


def give(
    connection: Connection,
    issue_id: IssueId,
    numbers: list[int],
    instead: Mapping[VariantId, VariantId],
) -> int:
    """Have readers of these batches get other variants; how many do."""
    changed = 0
    for was, now in sorted(instead.items()):
        changed += connection.execute(
            sa.update(delivery)
            .where(
                delivery.c.issue_id == issue_id,
                delivery.c.number.in_(numbers),
                delivery.c.state.in_(_OPEN),
                delivery.c.variant_id == was,
            )
            .values(variant_id=now)
        ).rowcount
    return changed
