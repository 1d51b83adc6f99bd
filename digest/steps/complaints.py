"""Complaints: an issue that too many call spam goes no further by itself."""

from collections.abc import Iterable
from datetime import UTC, datetime

import structlog
from sqlalchemy.engine import Connection, Engine

from digest.deliver.consequence import ComplaintLimit, too_many
from digest.errors import NotFoundError, WrongStateError
from digest.model import Issue, IssueId, IssueState
from digest.store import halts, heard, issues, ledger
from digest.store.engine import reading, writing

log = structlog.get_logger()

#: no claim before a person resumes it; its send-by time still ends it
UNTIL_RESUMED = datetime(2200, 1, 1, tzinfo=UTC)


def pause_where_too_many(
    engine: Engine, now: datetime, told: Iterable[IssueId], limit: ComplaintLimit
) -> None:
    """Pause those of the issues of which too many readers complain: once each, and say so.

    Whoever resumes one has seen it: it is not paused for complaints again.
    """
    for issue_id in told:
        with reading(engine) as connection:
            complaints, handed = heard.complaints(connection, issue_id)
            known = halts.ever(connection, issue_id)
        if known or not too_many(complaints, handed, limit):
            continue
        why = f"{complaints} of {handed} readers complained, more than {limit.share * 100:g} %"
        with writing(engine) as connection:
            _pause(connection, issue_id, why, now)


def keep_paused(engine: Engine) -> None:
    """Batches that were at work when their issue was paused wait too, once they are planned."""
    with reading(engine) as connection:
        halted = halts.standing(connection)
    for issue_id in halted:
        with writing(engine) as connection:
            ledger.pause(connection, issue_id, UNTIL_RESUMED)


def resume(engine: Engine, issue_id: IssueId, who: str, now: datetime) -> Issue:
    """Let an issue go on. Raises NotFoundError, and WrongStateError if it is not paused."""
    with writing(engine) as connection:
        issue = issues.get(connection, issue_id, to_change=True)
        if issue_id not in halts.standing(connection):
            raise WrongStateError("the issue is not paused for complaints", issue=issue_id)
        halts.end(connection, issue, who, now)
        halts.release(connection, issue_id, UNTIL_RESUMED)
        return issues.explain(connection, issue, "")


def _pause(connection: Connection, issue_id: IssueId, why: str, now: datetime) -> None:
    try:
        issue = issues.get(connection, issue_id, to_change=True)
    except NotFoundError:
        return
    if halts.ever(connection, issue_id):
        return  # another process was first
    halts.begin(connection, issue, why, now)
    if issue.state is IssueState.SENDING:
        ledger.pause(connection, issue_id, UNTIL_RESUMED)
        issues.explain(connection, issue, f"paused: {why}")
    log.warning("complaints_over_limit", issue=issue_id, why=why)
