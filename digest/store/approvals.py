"""Approvals: who said yes to which revision of an issue, made of what and by what."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Finding, Issue, IssueId, IssueState
from digest.store import minutes
from digest.store.approval_tables import allowance, approval, review_act
from digest.store.hand_tables import hand
from digest.store.tables import issue, issue_event

#: who acts upon hands and is nobody
NOBODY = ("scheduler", "migration")
#: that a block of preflight was taken on, and that an approval was given
DESPITE, APPROVAL = "despite", "approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What an issue is: what people approve, and what alone may go."""

    revision: int
    #: of the draft
    content_hash: str
    #: of the edition, its names, brand and templates
    rules_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """That somebody approved it; not taken back."""

    who: str
    at: datetime
    content: Content


def give(
    connection: Connection, issue_id: IssueId, content: Content, who: str, now: datetime
) -> list[Approval]:
    """Write down that ``who`` approves ``content``; returns all approvals of it.

    Those of anything else are taken back: they can never count again.
    """
    stale = sa.not_(_of(content))
    withdraw(connection, issue_id, now, stale)
    connection.execute(
        sa.insert(approval).values(
            issue_id=issue_id,
            revision=content.revision,
            content_hash=content.content_hash,
            rules_hash=content.rules_hash,
            who=who[:100],
            at=now,
        )
    )
    minutes.write(connection, issue_id, now, who, APPROVAL, f"revision {content.revision}")
    return standing(connection, issue_id)


def standing(connection: Connection, issue_id: IssueId) -> list[Approval]:
    """The approvals of an issue that nobody took back, oldest first, whatever they are of."""
    rows = connection.execute(
        sa.select(approval)
        .where(approval.c.issue_id == issue_id, approval.c.withdrawn_at.is_(None))
        .order_by(approval.c.id)
    )
    return [
        Approval(
            who=row.who,
            at=row.at,
            content=Content(
                revision=row.revision, content_hash=row.content_hash, rules_hash=row.rules_hash
            ),
        )
        for row in rows
    ]


def withdraw(
    connection: Connection,
    issue_id: IssueId,
    now: datetime,
    only: sa.ColumnElement[bool] | None = None,
) -> int:
    """Take approvals back; returns how many."""
    query = sa.update(approval).where(
        approval.c.issue_id == issue_id, approval.c.withdrawn_at.is_(None)
    )
    if only is not None:
        query = query.where(only)
    return connection.execute(query.values(withdrawn_at=now)).rowcount


def carry(connection: Connection, one: Issue) -> None:
    """What was approved took in reserves that were approved with it: it is this revision now."""
    connection.execute(
        sa.update(approval)
        .where(approval.c.issue_id == one.id, approval.c.withdrawn_at.is_(None))
        .values(revision=one.revision, content_hash=one.content_hash)
    )
    connection.execute(
        sa.update(issue)
        .where(issue.c.id == one.id, issue.c.approved_revision.is_not(None))
        .values(approved_revision=one.revision)
    )


def allow(
    connection: Connection, one: Issue, found: Iterable[Finding], who: str, now: datetime
) -> None:
    """Write down that ``who`` takes these findings on themselves, for this revision."""
    for finding in found:
        key = {"issue_id": one.id, "revision": one.revision, "finding": finding.check}
        told = {"who": who[:100], "at": now, "why": finding.why}
        with suppress(sa.exc.IntegrityError), connection.begin_nested():
            connection.execute(sa.insert(allowance).values(**key, **told))
        note = f"revision {one.revision}: {finding.why}"
        minutes.write(connection, one.id, now, who, DESPITE, finding.check, note)


def allowed(connection: Connection, one: Issue) -> frozenset[str]:
    """The checks whose findings somebody took on, for this revision."""
    query = sa.select(allowance.c.finding).where(
        allowance.c.issue_id == one.id, allowance.c.revision == one.revision
    )
    return frozenset(connection.scalars(query))


def last_editor(connection: Connection, issue_id: IssueId) -> str | None:
    """Who changed the issue's content last; None where nobody did."""
    who: str | None = connection.scalar(
        sa.select(hand.c.who)
        .where(hand.c.issue_id == issue_id, hand.c.who.not_in(NOBODY))
        .order_by(hand.c.revision.desc())
        .limit(1)
    )
    return who


def rounds(connection: Connection, issues: Collection[IssueId]) -> dict[IssueId, int]:
    """How often each issue was given to people to look at; those never are absent."""
    rows = connection.execute(
        sa.select(issue_event.c.issue_id, sa.func.count().label("times"))
        .where(
            issue_event.c.issue_id.in_(issues),
            issue_event.c.what == "state",
            issue_event.c.after == IssueState.REVIEW.value,
        )
        .group_by(issue_event.c.issue_id)
    )
    return {IssueId(row.issue_id): row.times for row in rows}


def use(
    connection: Connection, issue_id: IssueId, number: int, person: str, act: str, now: datetime
) -> bool:
    """Use up one act of one review mail; False where it was used before."""
    with suppress(sa.exc.IntegrityError), connection.begin_nested():
        connection.execute(
            sa.insert(review_act).values(
                issue_id=issue_id, round=number, person=person, act=act, at=now
            )
        )
        return True
    return False


def used(
    connection: Connection, issue_id: IssueId, number: int, person: str
) -> dict[str, datetime]:
    """Which acts of one review mail were used, and when."""
    rows = connection.execute(
        sa.select(review_act).where(
            review_act.c.issue_id == issue_id,
            review_act.c.round == number,
            review_act.c.person == person,
        )
    )
    return {row.act: row.at for row in rows}


def _of(content: Content) -> sa.ColumnElement[bool]:
    return sa.and_(
        approval.c.revision == content.revision,
        approval.c.content_hash == content.content_hash,
        approval.c.rules_hash == content.rules_hash,
    )
