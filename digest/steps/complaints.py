"""Complaints: an issue that too many call spam goes no further by itself."""

from collections.abc import Iterable
from datetime import datetime

import structlog
from sqlalchemy.engine import Connection, Engine

from digest.deliver.consequence import ComplaintLimit, too_many
from digest.errors import NotFoundError
from digest.model import IssueId, IssueState
from digest.store import control, halts, heard, issues
from digest.store.control import Control
from digest.store.engine import reading, writing

log = structlog.get_logger()

#: who pauses it, as people read it: ``paused by complaints: …``
WHO = "complaints"


def pause_where_too_many(
    engine: Engine, now: datetime, told: Iterable[IssueId], limit: ComplaintLimit
) -> None:
    """Pause those of the issues of which too many readers complain: once each, and say so.

    Whoever resumes one has seen it: it is not paused for complaints again.
    """
    for issue_id in told:
        with reading(engine) as connection:
            complaints, handed = heard.complaints(connection, issue_id)
            known = halts.reasons(connection, [issue_id])
        if known or not too_many(complaints, handed, limit):
            continue
        why = f"{complaints} of {handed} readers complained, more than {limit.share * 100:g} %"
        with writing(engine) as connection:
            _pause(connection, issue_id, why, now)


def _pause(connection: Connection, issue_id: IssueId, why: str, now: datetime) -> None:
    try:
        issue = issues.get(connection, issue_id, to_change=True)
    except NotFoundError:
        return
    if halts.reasons(connection, [issue_id]):
        return  # another process was first
    halts.note(connection, issue_id, why, now)
    if issue.state is IssueState.SENDING and control.standing(connection, issue_id) is None:
        control.say(connection, issue_id, Control.PAUSE, WHO, now, why)
        issues.explain(connection, issue, f"paused by {WHO}: {why}")
    log.warning("complaints_over_limit", issue=issue_id, why=why)
