"""Which batches still wait to be sent, told by the batches alone, whatever the audience's size."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import BatchState, IssueId, IssueState
from digest.store.tables import batch, issue


@dataclass(frozen=True, slots=True)
class Waiting:
    """A planned batch."""

    issue_id: IssueId
    number: int
    not_before: datetime | None


def planned(connection: Connection, issue_id: IssueId) -> list[Waiting]:
    """The planned batches of an issue, due or not, in order."""
    query = sa.select(batch.c.issue_id, batch.c.number, batch.c.not_before).where(
        batch.c.issue_id == issue_id, batch.c.state == BatchState.PLANNED.value
    )
    rows = connection.execute(query.order_by(batch.c.number))
    return [Waiting(IssueId(row.issue_id), row.number, row.not_before) for row in rows]


def due(connection: Connection, now: datetime) -> list[Waiting]:
    """The first batch that is due of each issue that is being sent, the oldest issue first."""
    query = (
        sa.select(batch.c.issue_id, sa.func.min(batch.c.number).label("number"))
        .join(issue, issue.c.id == batch.c.issue_id)
        .where(
            issue.c.state == IssueState.SENDING.value,
            batch.c.state == BatchState.PLANNED.value,
            sa.or_(batch.c.not_before.is_(None), batch.c.not_before <= now),
        )
        .group_by(batch.c.issue_id)
        .order_by(sa.func.min(issue.c.scheduled_at), batch.c.issue_id)
    )
    return [Waiting(IssueId(row.issue_id), row.number, None) for row in connection.execute(query)]


def busy(connection: Connection, issue_id: IssueId, now: datetime) -> bool:
    """Whether any batch of an issue is claimed, or planned and its readers' hour has come."""
    due = sa.or_(batch.c.due_at.is_(None), batch.c.due_at <= now)
    query = sa.select(batch.c.number).where(
        batch.c.issue_id == issue_id,
        batch.c.state.in_((BatchState.PLANNED.value, BatchState.CLAIMED.value)),
        sa.or_(batch.c.state == BatchState.CLAIMED.value, due),
    )
    return connection.execute(query.limit(1)).first() is not None


def rests_until(connection: Connection, issue_id: IssueId, now: datetime) -> datetime | None:
    """When the next hour of an issue's readers is, where nothing else of it is left; else None."""
    if busy(connection, issue_id, now):
        return None
    query = sa.select(sa.func.min(batch.c.due_at)).where(
        batch.c.issue_id == issue_id, batch.c.state == BatchState.PLANNED.value
    )
    until: datetime | None = connection.execute(query).scalar_one()
    return until


def done(connection: Connection, issue_id: IssueId) -> int:
    """How many batches of an issue are done."""
    query = sa.select(sa.func.count()).where(
        batch.c.issue_id == issue_id, batch.c.state == BatchState.DONE.value
    )
    return connection.execute(query).scalar_one()


def going(connection: Connection, issue_id: IssueId) -> bool:
    """Whether any batch of an issue is planned or claimed."""
    states = (BatchState.PLANNED.value, BatchState.CLAIMED.value)
    query = sa.select(batch.c.number).where(batch.c.issue_id == issue_id, batch.c.state.in_(states))
    return connection.execute(query.limit(1)).first() is not None
