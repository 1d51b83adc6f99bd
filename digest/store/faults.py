"""That an issue could not be made: what tells one that failed from one that was missed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Issue, IssueId
from digest.store import minutes
from digest.store.tables import issue_event

#: the ``issue_event.what`` under which it stands
FAULT = "fault"


def note(connection: Connection, issue: Issue, why: str, now: datetime) -> None:
    """Write down why an issue cannot be made; once for each reason in a row."""
    if standing(connection, issue.id) != why[:2000]:
        minutes.write(connection, issue.id, now, "scheduler", FAULT, "open", why)


def standing(connection: Connection, issue: IssueId) -> str | None:
    """Why an issue could not be made since it last came any further; None: it could."""
    last = connection.execute(
        sa.select(issue_event.c.what, issue_event.c.note)
        .where(issue_event.c.issue_id == issue, issue_event.c.what.in_([FAULT, "state"]))
        .order_by(issue_event.c.id.desc())
        .limit(1)
    ).one_or_none()
    return last.note if last is not None and last.what == FAULT else None
