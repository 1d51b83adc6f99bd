"""Issues halted for their complaints, told by their events."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import BatchState, Issue, IssueId, IssueState
from digest.store.tables import batch, issue, issue_event

BEGAN, ENDED = "complaints", "resumed"


def begin(connection: Connection, one: Issue, reason: str, now: datetime) -> None:
    """Write down that too many complain of an issue."""
    _event(connection, one, BEGAN, "complaints", reason, now)


def end(connection: Connection, one: Issue, who: str, now: datetime) -> None:
    """Write down who let it go on."""
    _event(connection, one, ENDED, who, "", now)


def ever(connection: Connection, issue_id: IssueId) -> bool:
    """Whether an issue was halted at any time."""
    return issue_id in reasons(connection, [issue_id])


def reasons(connection: Connection, wanted: Collection[IssueId]) -> dict[IssueId, str]:
    """Why each of these was halted; those never halted are absent."""
    rows = connection.execute(
        sa.select(issue_event.c.issue_id, issue_event.c.note).where(
            issue_event.c.issue_id.in_(wanted), issue_event.c.what == BEGAN
        )
    )
    return {IssueId(row.issue_id): row.note for row in rows}


def standing(connection: Connection) -> frozenset[IssueId]:
    """The issues under way that are halted now."""
    under_way = sa.select(issue.c.id).where(issue.c.state == IssueState.SENDING.value)
    rows = connection.execute(
        sa.select(issue_event.c.issue_id, issue_event.c.what)
        .where(issue_event.c.issue_id.in_(under_way), issue_event.c.what.in_([BEGAN, ENDED]))
        .order_by(issue_event.c.id)
    )
    newest = {row.issue_id: row.what for row in rows}
    return frozenset(IssueId(one) for one, what in newest.items() if what == BEGAN)


def release(connection: Connection, issue_id: IssueId, until: datetime) -> None:
    """Take back ``ledger.pause`` until then."""
    connection.execute(
        sa.update(batch)
        .where(
            batch.c.issue_id == issue_id,
            batch.c.state == BatchState.PLANNED.value,
            batch.c.not_before == until,
        )
        .values(not_before=None)
    )


def _event(
    connection: Connection, one: Issue, what: str, who: str, note: str, now: datetime
) -> None:
    connection.execute(
        sa.insert(issue_event).values(
            issue_id=one.id,
            at=now,
            who=who,
            what=what,
            before=one.state.value,
            after=one.state.value,
            note=note,
        )
    )
