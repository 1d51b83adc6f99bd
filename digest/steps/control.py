"""pause, resume, stop, undo: what a person may do with an issue at any moment.

All of it is written into the database, so any process may ask and every sender obeys before its
next batch.
"""

from datetime import datetime

from sqlalchemy.engine import Connection

from digest.curate.lifecycle import UNFINISHED
from digest.errors import WrongStateError
from digest.model import Issue, IssueState
from digest.steps.along import Along, nothing
from digest.steps.parts import Parts
from digest.steps.send import deadline, settle
from digest.store import approvals, control, errata, issues, ledger
from digest.store.control import Control, Standing
from digest.store.engine import reading, writing

#: what can still be taken back as a whole
BEFORE_SENDING = frozenset({IssueState.APPROVED, IssueState.LOCKED})


def standing(parts: Parts, issue: Issue) -> Standing | None:
    """Why an issue does not go on, if somebody paused or stopped it."""
    with reading(parts.engine) as connection:
        return control.standing(connection, issue.id)


def pause(parts: Parts, issue: Issue, who: str, why: str = "", *, along: Along = nothing) -> Issue:
    """Let nothing more of an issue go until it is resumed. Raises WrongStateError."""
    if issue.state not in UNFINISHED:
        raise WrongStateError(
            f"an issue that is {issue.state} has nothing to pause", issue=issue.id
        )
    with writing(parts.engine) as connection:
        if (now := control.standing(connection, issue.id)) is not None:
            raise WrongStateError(f"the issue is {now} already", issue=issue.id)
        control.say(connection, issue.id, Control.PAUSE, who, parts.clock.now(), why)
        along(connection)
        return issues.explain(connection, issue, f"paused by {who}{f': {why}' if why else ''}")


def resume(
    parts: Parts, issue: Issue, who: str, *, late: bool = False, along: Along = nothing
) -> Issue:
    """Let a paused issue go on.

    One paused for long, or past its send-by time, goes only if ``late``: then its send-by time
    counts from now. Raises WrongStateError.
    """
    now = parts.clock.now()
    with writing(parts.engine) as connection:
        paused = control.standing(connection, issue.id)
        if paused is None or paused.control is not Control.PAUSE:
            raise WrongStateError("the issue is not paused", issue=issue.id)
        if late:
            issue = issues.reschedule(connection, issue, now)
        elif why := _too_late(connection, parts, issue, paused):
            raise WrongStateError(
                why,
                hint=f"`digest resume {issue.id} --late` sends it anyway, "
                f"`digest stop {issue.id}` gives up the rest",
                issue=issue.id,
            )
        control.say(connection, issue.id, Control.RESUME, who, now, "late" if late else "")
        along(connection)
        return issues.explain(connection, issue, "")


def _too_late(connection: Connection, parts: Parts, issue: Issue, paused: Standing) -> str:
    now = parts.clock.now()
    due_by = deadline(parts, issue).late(now)
    # Of one on its way, what its readers want later may still go.
    if due_by and (
        issue.state is not IssueState.SENDING or ledger.late(connection, issue.id, due_by)
    ):
        return "it is past its send-by time"
    if now - paused.at > parts.rules.resume_within:
        return f"it was paused at {paused.at:%Y-%m-%d %H:%M} UTC, too long ago"
    return ""


def stop(parts: Parts, issue: Issue, who: str, why: str = "", *, along: Along = nothing) -> Issue:
    """Give up what has not gone of an issue: its readers are listed as expired.

    Before anything of it went it is cancelled. What is at work is finished. Raises WrongStateError.
    """
    if issue.state not in UNFINISHED:
        raise WrongStateError(f"an issue that is {issue.state} cannot be stopped", issue=issue.id)
    now, told = parts.clock.now(), f"stopped by {who}{f': {why}' if why else ''}"
    with writing(parts.engine) as connection:
        control.say(connection, issue.id, Control.STOP, who, now, why)
        along(connection)
        if issue.state is not IssueState.SENDING:
            approvals.withdraw(connection, issue.id, now)
            return issues.move(connection, issue, IssueState.CANCELLED, who, now, reason=told)
        ledger.expire(connection, issue.id, now, told)
        issue = issues.explain(connection, issue, told)
    return settle(parts, issue)


def undo(parts: Parts, issue: Issue, who: str, *, along: Along = nothing) -> Issue:
    """Take a locked or approved issue back, as long as nothing of it went: it fills on, paused.

    Raises WrongStateError once its audience is frozen.
    """
    if issue.state not in BEFORE_SENDING:
        hint = f"`digest stop {issue.id}` gives up the rest"
        raise WrongStateError(
            f"an issue that is {issue.state} cannot be taken back",
            hint=hint if issue.state is IssueState.SENDING else "",
            issue=issue.id,
        )
    now, why = parts.clock.now(), "taken back before it went"
    with writing(parts.engine) as connection:
        if errata.get(connection, issue.id) is not None:
            raise WrongStateError(
                "a letter about a mistake has nothing to fill",
                hint=f"`digest stop {issue.id}` gives it up",
                issue=issue.id,
            )
        approvals.withdraw(connection, issue.id, now)
        back = issues.move(
            connection, issue, IssueState.DRAFTING, who, now, reason=why, approved_revision=None
        )
        control.say(connection, issue.id, Control.PAUSE, who, now, why)
        along(connection)
    return back


def undo_until(parts: Parts, issue: Issue) -> datetime | None:
    """Until when a locked issue waits for somebody to take it back; None: it need not wait."""
    if issue.state is not IssueState.LOCKED or not parts.rules.undo:
        return None
    with reading(parts.engine) as connection:
        locked = control.locked_at(connection, issue.id)
    until = None if locked is None else locked + parts.rules.undo
    return until if until and until > parts.clock.now() else None
