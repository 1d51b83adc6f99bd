"""Which revisions of an issue people were shown: so that a later look can tell what changed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Issue
from digest.store import minutes
from digest.store.tables import issue_event

#: the ``issue_event.what`` under which it stands
SHOWN = "shown"


def note(connection: Connection, issue: Issue, now: datetime, who: str) -> None:
    """Write down that this revision was shown, once."""
    seen = sa.select(issue_event.c.id).where(
        issue_event.c.issue_id == issue.id,
        issue_event.c.what == SHOWN,
        issue_event.c.after == str(issue.revision),
    )
    if connection.scalar(seen.limit(1)) is None:
        minutes.write(connection, issue.id, now, who, SHOWN, str(issue.revision))


def before(connection: Connection, one: Issue) -> int | None:
    """The revision that people saw last, other than the present one; None: they saw none."""
    told: str | None = connection.scalar(
        sa.select(issue_event.c.after)
        .where(
            issue_event.c.issue_id == one.id,
            issue_event.c.what == SHOWN,
            issue_event.c.after != str(one.revision),
        )
        .order_by(issue_event.c.id.desc())
        .limit(1)
    )
    return None if told is None else int(told)
