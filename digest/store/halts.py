"""That too many complain of an issue, told by its events: once each."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import IssueId
from digest.store import minutes
from digest.store.tables import issue_event

#: the ``issue_event.what`` under which it stands
COMPLAINTS = "complaints"


def note(connection: Connection, issue_id: IssueId, why: str, now: datetime) -> None:
    """Write down that too many complain of an issue."""
    minutes.write(connection, issue_id, now, COMPLAINTS, COMPLAINTS, "over", why)


def reasons(connection: Connection, wanted: Collection[IssueId]) -> dict[IssueId, str]:
    """What was written down of each of these; those of which nothing was are absent."""
    rows = connection.execute(
        sa.select(issue_event.c.issue_id, issue_event.c.note).where(
            issue_event.c.issue_id.in_(wanted), issue_event.c.what == COMPLAINTS
        )
    )
    return {IssueId(row.issue_id): row.note for row in rows}
