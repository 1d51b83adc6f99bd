"""What of issues anybody may read: frozen as they are addressed, shown once they have gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.curate.lifecycle import WENT
from digest.model import IssueId, Selected, Sheet
from digest.store import codec
from digest.store.after_tables import archive
from digest.store.engine import insert_new
from digest.store.tables import issue, sheet

#: issues on one page of an edition's archive
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """An issue as its edition's archive lists it."""

    issue: IssueId
    edition: str
    local_date: date
    sequence: int
    subject: str
    headlines: Sequence[str]
    sent_at: datetime
    #: taken back: it is not shown
    withdrawn_at: datetime | None = None

    @property
    def name(self) -> str:
        """How its address ends: the date, with a number for what was outside the schedule."""
        number = f"-{self.sequence}" if self.sequence > 1 else ""
        return f"{self.local_date.isoformat()}{number}"


def keep(
    connection: Connection,
    issue_id: IssueId,
    selected: Selected,
    subject: str,
    headlines: Sequence[str],
) -> None:
    """Freeze what anybody may read of an issue."""
    row = {
        "issue_id": issue_id,
        "selection": codec.SELECTED.dump(selected),
        "subject": subject,
        "headlines": list(headlines),
    }
    insert_new(connection, archive, [row])


def listed(
    connection: Connection, edition: str, before: date | None = None, *, withdrawn: bool = False
) -> list[Archived]:
    """The issues of an edition in its archive, newest first, ``PAGE`` at most.

    ``before``: of earlier local dates. ``withdrawn``: those that were taken back, too.
    """
    query = _gone().where(issue.c.edition == edition)
    if before is not None:
        query = query.where(issue.c.local_date < before)
    if not withdrawn:
        query = query.where(archive.c.withdrawn_at.is_(None))
    query = query.order_by(issue.c.local_date.desc(), issue.c.sequence.desc()).limit(PAGE)
    return [_archived(row) for row in connection.execute(query)]


def find(
    connection: Connection, edition: str, day: date, sequence: int
) -> tuple[Archived, Sheet, Selected] | None:
    """One issue of the archive and what its page is made of; None where there is none."""
    query = _gone().where(
        issue.c.edition == edition, issue.c.local_date == day, issue.c.sequence == sequence
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    chosen = codec.SELECTED.validate_python(row.selection)
    kept = connection.scalar(
        sa.select(sheet.c.content).where(
            sheet.c.issue_id == row.issue_id, sheet.c.language == chosen.language
        )
    )
    return (_archived(row), codec.SHEET.validate_python(kept), chosen) if kept else None


def subject(connection: Connection, issue_id: IssueId) -> str:
    """What an issue was called; empty where it is in no archive."""
    query = sa.select(archive.c.subject).where(archive.c.issue_id == issue_id)
    return connection.scalar(query) or ""


def withdraw(connection: Connection, issue_id: IssueId, at: datetime | None) -> None:
    """Take back all that anybody may read of an issue; ``at`` None: show it again."""
    # One that went before there was an archive has no page in it, but web copies.
    insert_new(connection, archive, [{"issue_id": issue_id, "subject": "", "headlines": []}])
    connection.execute(
        sa.update(archive).where(archive.c.issue_id == issue_id).values(withdrawn_at=at)
    )


def withdrawn(connection: Connection, issue_id: IssueId) -> bool:
    """Whether what anybody may read of an issue was taken back."""
    query = sa.select(archive.c.withdrawn_at).where(archive.c.issue_id == issue_id)
    return connection.scalar(query) is not None


def _gone() -> sa.Select[Any]:
    return (
        sa.select(
            archive,
            issue.c.edition,
            issue.c.local_date,
            issue.c.sequence,
            issue.c.sent_at,
            issue.c.scheduled_at,
        )
        .join(issue, issue.c.id == archive.c.issue_id)
        .where(archive.c.selection.is_not(None), issue.c.state.in_([one.value for one in WENT]))
    )


def _archived(row: Row[Any]) -> Archived:
    return Archived(
        issue=IssueId(row.issue_id),
        edition=row.edition,
        local_date=row.local_date,
        sequence=row.sequence,
        subject=row.subject,
        headlines=tuple(row.headlines),
        sent_at=row.sent_at or row.scheduled_at,
        withdrawn_at=row.withdrawn_at,
    )
