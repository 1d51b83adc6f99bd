"""Issues outside the schedule: numbered from 2 within their local date, beside that of the day."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Issue
from digest.schedule.occurrences import Occurrence
from digest.store import issues, minutes
from digest.store.tables import issue, issue_event

#: the ``issue_event.what`` under which the segments stand that one goes to
SEGMENTS = "segments"
OPENED = "opened"


def open_extra(
    connection: Connection,
    edition: str,
    when: Occurrence,
    now: datetime,
    who: str,
    *,
    reason: str = "",
    segments: Sequence[str] = (),
) -> Issue:
    """A new issue of ``edition`` outside its schedule; ``segments`` stand for the edition's own."""
    newest = connection.scalar(
        sa.select(sa.func.max(issue.c.sequence)).where(
            issue.c.edition == edition, issue.c.local_date == when.local_date
        )
    )
    made = issues.open_issue(connection, edition, when, max(newest or 0, 1) + 1)
    minutes.write(connection, made.id, now, who, OPENED, "extra", reason)
    if segments:
        told = "\n".join(sorted(segments))
        minutes.write(connection, made.id, now, who, SEGMENTS, str(len(segments)), told)
    return made


def segments_of(connection: Connection, one: Issue) -> list[str]:
    """The segments that an issue outside the schedule goes to; none named: its edition's."""
    told = connection.scalar(
        sa.select(issue_event.c.note).where(
            issue_event.c.issue_id == one.id, issue_event.c.what == SEGMENTS
        )
    )
    return told.split("\n") if told else []
