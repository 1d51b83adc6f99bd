"""Mail of an issue that a provider holds back until its time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import DeliveryState, IssueId
from digest.store.engine import insert_new
from digest.store.route_tables import held_mail
from digest.store.tables import batch, delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMail:
    """What one provider holds of an issue."""

    #: the provider's id for it
    schedule: str
    until: datetime
    cancelled_at: datetime | None


def of_issue(connection: Connection, issue: IssueId) -> Mapping[str, HeldMail]:
    """By route."""
    rows = connection.execute(sa.select(held_mail).where(held_mail.c.issue_id == issue))
    return {
        row.route: HeldMail(schedule=row.schedule, until=row.until, cancelled_at=row.cancelled_at)
        for row in rows
    }


def hold(
    connection: Connection, issue: IssueId, route: str, schedule: str, until: datetime
) -> None:
    """Write down that a route's mail of an issue is held; what stands there already stays."""
    row = {"issue_id": issue, "route": route, "schedule": schedule, "until": until}
    insert_new(connection, held_mail, [row])


def cancel(connection: Connection, issue: IssueId, route: str, now: datetime, *, only: bool) -> int:
    """The provider threw a route's mail away: nobody got it; returns how many readers.

    ``only``: it is the one way out, so that batches name none.
    """
    connection.execute(
        sa.update(held_mail)
        .where(held_mail.c.issue_id == issue, held_mail.c.route == route)
        .values(cancelled_at=now)
    )
    numbers = sa.select(batch.c.number).where(batch.c.issue_id == issue)
    if not only:
        numbers = numbers.where(batch.c.route == route)
    return connection.execute(
        sa.update(delivery)
        .where(
            delivery.c.issue_id == issue,
            delivery.c.number.in_(numbers.scalar_subquery()),
            delivery.c.state == DeliveryState.ACCEPTED.value,
        )
        .values(state=DeliveryState.EXCLUDED.value, code="cancelled", at=now)
    ).rowcount
