"""What the last look at an issue brought, and when."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.curate.last_look import Judged
from digest.model import IssueId
from digest.store import minutes
from digest.store.tables import issue_event

#: the ``issue_event.what`` under which it stands
LOOK = "last_look"
TROUBLE = "trouble"


def note(connection: Connection, issue: IssueId, asked: int, judged: Judged, now: datetime) -> None:
    """Write down what was answered."""
    told = [f"asked after {asked} stories"]
    told += [f"story {key} is {look}" for key, look in judged.gone.items()]
    told += [judged.trouble] if judged.trouble else []
    after = TROUBLE if judged.trouble else "gone" if judged.gone else "well"
    minutes.write(connection, issue, now, "scheduler", LOOK, after, "; ".join(told))


def last(connection: Connection, issue: IssueId) -> datetime | None:
    """When an issue was looked at last."""
    at: datetime | None = connection.scalar(
        sa.select(sa.func.max(issue_event.c.at)).where(
            issue_event.c.issue_id == issue, issue_event.c.what == LOOK
        )
    )
    return at


def troubles(connection: Connection, wanted: Collection[IssueId]) -> dict[IssueId, str]:
    """Why a site could not be believed, by issue; those without trouble are absent."""
    rows = connection.execute(
        sa.select(issue_event.c.issue_id, issue_event.c.note)
        .where(
            issue_event.c.issue_id.in_(wanted),
            issue_event.c.what == LOOK,
            issue_event.c.after == TROUBLE,
        )
        .order_by(issue_event.c.id)
    )
    return {IssueId(row.issue_id): row.note for row in rows}
