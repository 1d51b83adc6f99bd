"""What the database knows of how the line is, each fact by one query that stays cheap.

None of them grows with the audience: batches stand for their deliveries (``tally.py``), events are
counted by an index, stories by the day.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.curate.lifecycle import UNFINISHED
from digest.model import UNREACHED, BatchState, EventKind, Hold, IssueId, IssueState
from digest.store import waiting
from digest.store.heard_table import delivery_event
from digest.store.issues import GONE
from digest.store.ledger import UNDECIDED
from digest.store.routes import database_clock
from digest.store.tables import batch, delivery, issue, source, story
from digest.store.watch_tables import alert

#: whatever the labels, the number
Counted = dict[tuple[str, ...], float]


@dataclass(frozen=True, slots=True)
class Queue:
    """How the batches stand that are not done."""

    counts: Counted
    #: for how long the oldest due one has waited, and a claimed one is past its lease, in seconds
    ages: Counted


def clock_ahead(connection: Connection, now: datetime) -> timedelta:
    """By how much ``now`` is ahead of the database's own clock."""
    there = connection.execute(sa.select(database_clock(connection))).scalar_one()
    return now - datetime.fromtimestamp(float(there), UTC)


def size(connection: Connection) -> int:
    """Octets of the database."""
    if connection.dialect.name == "postgresql":
        told = connection.scalar(sa.select(sa.func.pg_database_size(sa.func.current_database())))
        return int(told or 0)
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    return int(pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one())


def sources(connection: Connection, known: Collection[str]) -> tuple[Counted, Counted]:
    """When each was last read (unix seconds), and how often in a row it failed."""
    rows = connection.execute(
        sa.select(source.c.name, source.c.last_ok_at, source.c.failures).where(
            source.c.name.in_(known)
        )
    ).all()
    read: Counted = {(name,): at.timestamp() for name, at, _ in rows if at is not None}
    return read, {(name,): float(failures) for name, _, failures in rows}


def stories(connection: Connection, since: datetime) -> Counted:
    """How many were first seen since then, by state."""
    count = sa.func.count()
    query = sa.select(story.c.state, count).where(story.c.first_seen_at >= since)
    return _counted(connection.execute(query.group_by(story.c.state)))


def issues(connection: Connection, since: datetime) -> Counted:
    """How many are due since then, by edition and state."""
    query = sa.select(issue.c.edition, issue.c.state, sa.func.count()).where(
        issue.c.scheduled_at >= since
    )
    return _counted(connection.execute(query.group_by(issue.c.edition, issue.c.state)))


def last_sent(connection: Connection) -> Counted:
    """When an issue of each edition was last sent in full, in unix seconds."""
    query = sa.select(issue.c.edition, sa.func.max(issue.c.sent_at)).group_by(issue.c.edition)
    rows = connection.execute(query.where(issue.c.sent_at.is_not(None)))
    return {(edition,): at.timestamp() for edition, at in rows}


def going(connection: Connection) -> Counted:
    """How many issues of each edition are on their way."""
    query = sa.select(issue.c.edition, sa.func.count()).group_by(issue.c.edition)
    return _counted(connection.execute(query.where(issue.c.state == IssueState.SENDING.value)))


def late(connection: Connection, now: datetime) -> Mapping[IssueId, tuple[str, timedelta]]:
    """Issues whose hour has come and of which nothing has gone: edition, and for how long.

    One that a person holds is none of them.
    """
    rows = connection.execute(
        sa.select(issue.c.id, issue.c.edition, issue.c.state, issue.c.scheduled_at).where(
            issue.c.state.in_([state.value for state in UNFINISHED]),
            issue.c.scheduled_at < now,
            sa.or_(issue.c.hold.is_(None), issue.c.hold != Hold.PERSON.value),
        )
    ).all()
    return {
        IssueId(row.id): (row.edition, now - row.scheduled_at)
        for row in rows
        if row.state != IssueState.SENDING.value or _stands(connection, IssueId(row.id), now)
    }


def _stands(connection: Connection, one: IssueId, now: datetime) -> bool:
    """Whether not one batch of an issue that is being sent has gone, though some are due."""
    gone = sa.select(batch.c.number).where(
        batch.c.issue_id == one,
        batch.c.state.in_([BatchState.DONE.value, BatchState.IN_DOUBT.value]),
    )
    none = connection.execute(gone.limit(1)).first() is None
    return none and waiting.busy(connection, one, now)


def queue(connection: Connection, now: datetime) -> Queue:
    """The batches of issues that are on their way, by whether they are due."""
    due = sa.or_(batch.c.not_before.is_(None), batch.c.not_before <= now)
    planned = batch.c.state == BatchState.PLANNED.value
    state = sa.case((sa.and_(planned, due), "due"), (planned, "later"), else_=batch.c.state)
    since = sa.case(
        (planned, sa.func.coalesce(batch.c.not_before, issue.c.scheduled_at)),
        else_=batch.c.lease_until,
    )
    rows = connection.execute(
        sa.select(state.label("stands"), sa.func.count(), sa.func.min(since))
        .join(issue, issue.c.id == batch.c.issue_id)
        .where(
            batch.c.state.in_([BatchState.PLANNED.value, *_OPEN]),
            sa.or_(~planned, issue.c.state == IssueState.SENDING.value),
        )
        .group_by("stands")
    ).all()
    counts: Counted = {(one,): 0.0 for one in ("due", "later", *_OPEN)}
    ages: Counted = {("due",): 0.0, (BatchState.CLAIMED.value,): 0.0}
    for stands, count, oldest in rows:
        counts[(stands,)] = float(count)
        if (stands,) in ages and oldest is not None:
            ages[(stands,)] = max((now - oldest).total_seconds(), 0.0)
    return Queue(counts, ages)


_OPEN = (BatchState.CLAIMED.value, BatchState.IN_DOUBT.value)


def in_doubt(connection: Connection) -> Counted:
    """Deliveries of any issue whose outcome nobody knows, by edition."""
    query = (
        sa.select(issue.c.edition, sa.func.count())
        .select_from(batch)
        .join(issue, issue.c.id == batch.c.issue_id)
        .join(
            delivery,
            sa.and_(delivery.c.issue_id == batch.c.issue_id, delivery.c.number == batch.c.number),
        )
        .where(
            batch.c.state == BatchState.IN_DOUBT.value,
            delivery.c.state.in_([state.value for state in UNDECIDED]),
        )
        .group_by(issue.c.edition)
    )
    return _counted(connection.execute(query))


def newest(connection: Connection) -> Mapping[IssueId, str]:
    """Each edition's newest issue that goes or went, and all that are on their way."""
    last = sa.select(sa.func.max(issue.c.id)).where(issue.c.state.in_(GONE))
    query = sa.select(issue.c.id, issue.c.edition).where(
        sa.or_(
            issue.c.id.in_(last.group_by(issue.c.edition)),
            issue.c.state == IssueState.SENDING.value,
        )
    )
    return {IssueId(number): edition for number, edition in connection.execute(query)}


def complained(connection: Connection, which: Collection[IssueId]) -> Mapping[IssueId, int]:
    """How many readers called an issue spam."""
    return _heard(connection, which, [EventKind.COMPLAINT])


def unreached(connection: Connection, which: Collection[IssueId]) -> Mapping[IssueId, int]:
    """How many readers' mail of an issue came back or was dropped."""
    return _heard(connection, which, UNREACHED)


def _heard(
    connection: Connection, which: Collection[IssueId], kinds: Collection[EventKind]
) -> Mapping[IssueId, int]:
    query = (
        sa.select(
            delivery_event.c.issue_id, sa.func.count(delivery_event.c.subscriber_id.distinct())
        )
        .where(
            delivery_event.c.issue_id.in_(which),
            delivery_event.c.kind.in_([kind.value for kind in kinds]),
        )
        .group_by(delivery_event.c.issue_id)
    )
    return {IssueId(number): count for number, count in connection.execute(query)}


def alerts(connection: Connection) -> Counted:
    """The alerts that stand, by kind."""
    query = sa.select(alert.c.kind, sa.func.count()).where(alert.c.resolved_at.is_(None))
    return _counted(connection.execute(query.group_by(alert.c.kind)))


def _counted(rows: Iterable[Any]) -> Counted:
    return {tuple(row[:-1]): float(row[-1]) for row in rows}
