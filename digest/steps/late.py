"""late: an issue that was due while nothing was running goes all the same, if its edition says so.

Only the newest one, only on its day, and only once: one that people held or that could not be made
stays where it is.
"""

from datetime import datetime

import structlog
from sqlalchemy.engine import Connection

from digest.model import Edition, Issue, IssueState, WhenMissed
from digest.steps.parts import Parts, zone
from digest.store import control, faults, issues, minutes
from digest.store.engine import reading, writing

log = structlog.get_logger()

#: the ``issue_event.what`` under which it stands
LATE = "late"
_STATES = frozenset(
    {IssueState.PLANNED, IssueState.DRAFTING, IssueState.APPROVED, IssueState.LOCKED}
)


def goes_late(parts: Parts, edition: Edition, issue: Issue) -> bool:
    """Whether an issue past its send-by time is to go now."""
    now = parts.clock.now()
    if edition.when_missed is not WhenMissed.SEND or issue.extra or issue.state not in _STATES:
        return False
    if issue.local_date != now.astimezone(zone(edition)).date():
        return False
    with reading(parts.engine) as connection:
        return _free(connection, issue, now)


def _free(connection: Connection, issue: Issue, now: datetime) -> bool:
    newest = issues.latest(connection, issue.edition, until=now)
    return (
        newest is not None
        and newest.id == issue.id
        and minutes.last(connection, issue.id, LATE) is None
        and faults.standing(connection, issue.id) is None
        and control.standing(connection, issue.id) is None
    )


def late(parts: Parts, issue: Issue) -> Issue:
    """Let it be due now; its send-by time moves with it."""
    now = parts.clock.now()
    with writing(parts.engine) as connection:
        minutes.write(connection, issue.id, now, "scheduler", LATE, now.isoformat())
        log.warning("issue_late", issue=issue.id, due=issue.scheduled_at.isoformat())
        return issues.reschedule(connection, issue, now)
