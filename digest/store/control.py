"""Pause, resume, stop: what people want of an issue, in the database, so that every process sees.

The last word counts. Senders look before each batch; the batch at work is always finished.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import IssueId, IssueState
from digest.store import minutes
from digest.store.tables import issue_event

#: the ``issue_event.what`` under which it stands
CONTROL = "control"


class Control(StrEnum):
    """What somebody wants of an issue."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Why an issue does not go on."""

    control: Control
    who: str
    at: datetime
    why: str = ""

    def __str__(self) -> str:
        done = "stopped" if self.control is Control.STOP else "paused"
        return f"{done} by {self.who}{f': {self.why}' if self.why else ''}"


def standing(connection: Connection, issue: IssueId) -> Standing | None:
    """The last word on an issue, if it is to pause or to stop."""
    row = connection.execute(
        sa.select(issue_event)
        .where(issue_event.c.issue_id == issue, issue_event.c.what == CONTROL)
        .order_by(issue_event.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.after == Control.RESUME:
        return None
    return Standing(control=Control(row.after), who=row.who, at=row.at, why=row.note)


def say(
    connection: Connection,
    issue: IssueId,
    control: Control,
    who: str,
    now: datetime,
    why: str = "",
) -> None:
    """Have the last word on an issue."""
    minutes.write(connection, issue, now, who, CONTROL, control.value, why)


def locked_at(connection: Connection, issue: IssueId) -> datetime | None:
    """When the issue was locked last."""
    at: datetime | None = connection.scalar(
        sa.select(sa.func.max(issue_event.c.at)).where(
            issue_event.c.issue_id == issue,
            issue_event.c.what == "state",
            issue_event.c.after == IssueState.LOCKED.value,
        )
    )
    return at
