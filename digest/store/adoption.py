"""What is done about a database's issues when it is adopted: some may have gone from elsewhere."""

from datetime import datetime

from sqlalchemy.engine import Connection

from digest.curate.lifecycle import UNFINISHED
from digest.model import IssueState
from digest.store import control, issues, schedules
from digest.store.control import Control

WHY = "the database was restored: did it go before?"


def settle_down(connection: Connection, now: datetime, who: str) -> list[int]:
    """Pause the issues that are due or on their way; returns their numbers.

    Those that were due before and are not known here may have gone too: they are not made up for.
    """
    schedules.forget_before(connection, now)
    paused: list[int] = []
    for issue in issues.in_states(connection, UNFINISHED):
        due = issue.scheduled_at <= now or issue.state is IssueState.SENDING
        if due and control.standing(connection, issue.id) is None:
            control.say(connection, issue.id, Control.PAUSE, who, now, WHY)
            issues.explain(connection, issue, WHY)
            paused.append(issue.id)
    return paused
