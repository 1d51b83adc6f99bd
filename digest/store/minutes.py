"""What was done with an issue, by whom, when and why: kept for good."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import IssueId
from digest.store.tables import issue_event


def write(
    connection: Connection,
    issue: IssueId,
    now: datetime,
    who: str,
    what: str,
    after: str,
    note: str = "",
) -> None:
    """Write down that ``who`` did ``what``, which made it ``after``."""
    connection.execute(
        sa.insert(issue_event).values(
            issue_id=issue,
            at=now,
            who=who[:100],
            what=what,
            before="",
            after=after,
            note=note[:2000],
        )
    )


def last(connection: Connection, issue: IssueId, what: str) -> str | None:
    """What an issue was made by the last ``what``; None: it never was."""
    after: str | None = connection.scalar(
        sa.select(issue_event.c.after)
        .where(issue_event.c.issue_id == issue, issue_event.c.what == what)
        .order_by(issue_event.c.id.desc())
        .limit(1)
    )
    return after
