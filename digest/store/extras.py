"""Issues outside the schedule: numbered from 2 within their local date, beside that of the day."""

from collections.abc import Sequence
from dataclasses import dataclass
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
#: that it lets nobody sleep
DESPITE_QUIET = "despite_quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whom an issue outside the schedule is for, and when."""

    #: none: its edition's
    segments: Sequence[str] = ()
    #: at once, whatever hours its edition keeps quiet
    despite_quiet: bool = False


def open_extra(
    connection: Connection,
    edition: str,
    when: Occurrence,
    now: datetime,
    who: str,
    *,
    reason: str = "",
    wish: Wish,
) -> Issue:
    """A new issue of ``edition`` outside its schedule."""
    newest = connection.scalar(
        sa.select(sa.func.max(issue.c.sequence)).where(
            issue.c.edition == edition, issue.c.local_date == when.local_date
        )
    )
    made = issues.open_issue(connection, edition, when, max(newest or 0, 1) + 1)
    minutes.write(connection, made.id, now, who, OPENED, "extra", reason)
    if wish.segments:
        told = "\n".join(sorted(wish.segments))
        minutes.write(connection, made.id, now, who, SEGMENTS, str(len(wish.segments)), told)
    if wish.despite_quiet:
        minutes.write(connection, made.id, now, who, DESPITE_QUIET, "yes", reason)
    return made


def wish_of(connection: Connection, one: Issue) -> Wish:
    """Whom an issue outside the schedule is for, and when."""
    rows = connection.execute(
        sa.select(issue_event.c.what, issue_event.c.note).where(
            issue_event.c.issue_id == one.id, issue_event.c.what.in_([SEGMENTS, DESPITE_QUIET])
        )
    )
    told = {row.what: row.note for row in rows}
    segments = told.get(SEGMENTS, "")
    return Wish(
        segments=tuple(segments.split("\n")) if segments else (),
        despite_quiet=DESPITE_QUIET in told,
    )
