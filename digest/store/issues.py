"""Issues: opened once per edition and local date, drafted, approved, locked, closed."""

from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.curate.lifecycle import allowed
from digest.errors import NotFoundError, WrongStateError
from digest.model import (
    Hold,
    Issue,
    IssueId,
    IssueState,
    WhenShort,
)
from digest.schedule.occurrences import Occurrence
from digest.store.tables import issue, issue_event

GONE = (IssueState.SENDING.value, IssueState.SENT.value, IssueState.CORRECTED.value)


def open_issue(
    connection: Connection, edition: str, occurrence: Occurrence, sequence: int = 1
) -> Issue:
    """The issue of ``edition`` on that local date, made if there is none yet.

    The unique key (edition, local date, sequence) lets any number of schedulers ask.
    """
    found = find(connection, edition, occurrence.local_date, sequence)
    if found is not None:
        return found
    # A savepoint: should another scheduler be first, its row is the issue.
    with suppress(sa.exc.IntegrityError), connection.begin_nested():
        connection.execute(
            sa.insert(issue).values(
                edition=edition,
                local_date=occurrence.local_date,
                sequence=sequence,
                scheduled_at=occurrence.at,
                state=IssueState.PLANNED.value,
                revision=0,
            )
        )
    made = find(connection, edition, occurrence.local_date, sequence)
    assert made is not None, "inserted or met a moment ago"
    return made


def find(connection: Connection, edition: str, day: date, sequence: int = 1) -> Issue | None:
    """The issue of ``edition`` on that local date, if there is one."""
    row = connection.execute(
        sa.select(issue).where(
            issue.c.edition == edition, issue.c.local_date == day, issue.c.sequence == sequence
        )
    ).one_or_none()
    return None if row is None else _issue(row)


def get(connection: Connection, issue_id: IssueId, *, to_change: bool = False) -> Issue:
    """The issue with this id. Raises NotFoundError.

    ``to_change``: whoever else wants to change it waits until this transaction ends.
    """
    query = sa.select(issue).where(issue.c.id == issue_id)
    row = connection.execute(query.with_for_update() if to_change else query).one_or_none()
    if row is None:
        raise NotFoundError("there is no such issue", issue=issue_id)
    return _issue(row)


def in_states(
    connection: Connection, states: Collection[IssueState], edition: str | None = None
) -> list[Issue]:
    """The issues in these states, oldest first."""
    query = sa.select(issue).where(issue.c.state.in_([state.value for state in states]))
    if edition is not None:
        query = query.where(issue.c.edition == edition)
    return [_issue(row) for row in connection.execute(query.order_by(issue.c.scheduled_at))]


def recent(connection: Connection, limit: int = 20) -> list[Issue]:
    """The newest issues of all editions, newest first."""
    query = sa.select(issue).order_by(issue.c.scheduled_at.desc(), issue.c.id.desc()).limit(limit)
    return [_issue(row) for row in connection.execute(query)]


def of_editions(connection: Connection, slugs: Collection[str], limit: int) -> list[Issue]:
    """The newest issues of these editions, newest first."""
    query = sa.select(issue).where(issue.c.edition.in_(slugs))
    newest = query.order_by(issue.c.scheduled_at.desc(), issue.c.id.desc()).limit(limit)
    return [_issue(row) for row in connection.execute(newest)]


def since(connection: Connection, at: datetime) -> list[Issue]:
    """The issues scheduled for then or later, oldest first."""
    query = sa.select(issue).where(issue.c.scheduled_at >= at)
    return [_issue(row) for row in connection.execute(query.order_by(issue.c.scheduled_at))]


def latest(connection: Connection, edition: str, *, until: datetime) -> Issue | None:
    """The issue of ``edition`` by its schedule that was due last, up to then."""
    query = sa.select(issue).where(
        issue.c.edition == edition, issue.c.sequence == 1, issue.c.scheduled_at <= until
    )
    row = connection.execute(query.order_by(issue.c.scheduled_at.desc()).limit(1)).one_or_none()
    return None if row is None else _issue(row)


def watermark(connection: Connection, edition: str, *, extra: bool = False) -> datetime | None:
    """Until when issues have covered that go, went, or were skipped for good: the next window.

    Where none went yet, where the first one's started. Those outside the schedule count for such.
    """
    done_with = sa.or_(
        issue.c.state.in_(GONE),
        sa.and_(issue.c.state == IssueState.SKIPPED.value, issue.c.short == WhenShort.SKIP.value),
    )
    covered: datetime | None = connection.scalars(
        sa.select(sa.func.max(issue.c.window_to)).where(
            issue.c.edition == edition, done_with, *([] if extra else [issue.c.sequence == 1])
        )
    ).one()
    if covered is None:
        first = sa.select(sa.func.min(issue.c.window_from)).where(issue.c.edition == edition)
        covered = connection.scalars(first).one()
    return covered


def went_last(connection: Connection, one: Issue) -> date | None:
    """The newest local date of its edition on which another issue by its schedule went, or goes."""
    newest: date | None = connection.scalars(
        sa.select(sa.func.max(issue.c.local_date)).where(
            issue.c.edition == one.edition,
            issue.c.id != one.id,
            issue.c.sequence == 1,
            issue.c.state.in_(GONE),
        )
    ).one()
    return newest


def gone_since(connection: Connection, one: Issue, after: datetime) -> list[Issue]:
    """Other issues of its edition by schedule that went or go, their windows ending later.

    Newest first.
    """
    found = sa.select(issue).where(
        issue.c.edition == one.edition,
        issue.c.id != one.id,
        issue.c.sequence == 1,
        issue.c.state.in_(GONE),
        issue.c.window_to > after,
    )
    return [_issue(row) for row in connection.execute(found.order_by(issue.c.window_to.desc()))]


def reschedule(connection: Connection, one: Issue, at: datetime) -> Issue:
    """A person wants the issue at another time; its send-by time moves with it."""
    connection.execute(sa.update(issue).where(issue.c.id == one.id).values(scheduled_at=at))
    return get(connection, one.id)


def explain(connection: Connection, one: Issue, reason: str) -> Issue:
    """Say of an issue why it stands where it stands, if it still stands there."""
    connection.execute(
        sa.update(issue)
        .where(issue.c.id == one.id, issue.c.state == one.state.value)
        .values(reason=reason)
    )
    return get(connection, one.id)


def move(
    connection: Connection,
    one: Issue,
    after: IssueState,
    who: str,
    now: datetime,
    *,
    reason: str = "",
    hold: Hold | None = None,
    **values: object,
) -> Issue:
    """Move an issue to another state, and write down who did and why.

    ``hold`` says what a held issue waits for.

    A compare-and-set: raises WrongStateError when the issue is no longer in the state (or at the
    revision) that the caller saw, or may not go there.
    """
    if not allowed(one.state, after):
        raise WrongStateError(f"an issue that is {one.state} cannot become {after}", issue=one.id)
    done = connection.execute(
        sa.update(issue)
        .where(
            issue.c.id == one.id,
            issue.c.state == one.state.value,
            issue.c.revision == one.revision,
        )
        .values(state=after.value, reason=reason, hold=hold and hold.value, **values)
    )
    if not done.rowcount:
        raise WrongStateError("somebody else changed the issue meanwhile", issue=one.id)
    connection.execute(
        sa.insert(issue_event).values(
            issue_id=one.id,
            at=now,
            who=who,
            what="state",
            before=one.state.value,
            after=after.value,
            note=reason,
        )
    )
    return get(connection, one.id)


def _issue(row: Row[Any]) -> Issue:
    return Issue(
        id=IssueId(row.id),
        edition=row.edition,
        local_date=row.local_date,
        sequence=row.sequence,
        scheduled_at=row.scheduled_at,
        state=IssueState(row.state),
        hold=None if row.hold is None else Hold(row.hold),
        short=None if row.short is None else WhenShort(row.short),
        window_from=row.window_from,
        window_to=row.window_to,
        revision=row.revision,
        pool_revision=row.pool_revision,
        approved_revision=row.approved_revision,
        content_hash=row.content_hash,
        rules_hash=row.rules_hash,
        reason=row.reason,
        sent_at=row.sent_at,
    )
