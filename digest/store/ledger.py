"""The ledger of deliveries: who gets an issue, in batches, and what became of each.

A batch is claimed and committed before the provider is called, and settled and committed after.
So a crash leaves a claimed batch, never one that looks as if nothing had happened; what its
messages came to is found out by evidence (``digest/store/doubt.py``), never by time alone.
A delivery row is written when the audience is frozen and once more with its outcome.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import (
    Batch,
    BatchState,
    DeliveryState,
    IssueId,
    Outcome,
)
from digest.store import bulk, outside
from digest.store.bulk import ROWS
from digest.store.freezing import FrozenAudience, Share, freeze
from digest.store.tables import batch, delivery, variant

__all__ = [
    "OPEN",
    "ROWS",
    "UNDECIDED",
    "FrozenAudience",
    "Share",
    "claim",
    "close",
    "counts",
    "expire",
    "freeze",
    "late",
    "next_at",
    "open_deliveries",
    "pause",
    "renew",
    "settle",
    "write_outcomes",
]

#: deliveries that still want an attempt
OPEN = (DeliveryState.PLANNED, DeliveryState.DEFERRED)
#: deliveries whose outcome may still be written; what was accepted stays accepted
UNDECIDED = (*OPEN, DeliveryState.IN_DOUBT)
#: deliveries that count as sent: until somebody decides otherwise, those in doubt do
REACHED = (DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT)


def claim(
    connection: Connection,
    issue: IssueId,
    owner: str,
    now: datetime,
    lease: timedelta,
    number: int | None = None,
    *,
    route: str | None = None,
) -> Batch | None:
    """Claim the next batch that is due, or that ``number``, with its open deliveries; None if none.

    ``route``: of the batches that go that way.

    A compare-and-set: of several claimers each gets another batch. Commit before calling any
    provider.
    """
    due = (
        sa.select(batch.c.number)
        .where(
            batch.c.issue_id == issue,
            batch.c.state == BatchState.PLANNED.value,
            sa.or_(batch.c.not_before.is_(None), batch.c.not_before <= now),
            *_by(route),
            *([] if number is None else [batch.c.number == number]),
        )
        .order_by(batch.c.number)
        .limit(1)
        # PostgreSQL: step over rows that others are claiming. SQLite has one writer at a time.
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    row = connection.execute(
        sa.update(batch)
        .where(
            batch.c.issue_id == issue,
            batch.c.number == due,
            batch.c.state == BatchState.PLANNED.value,
        )
        .values(
            state=BatchState.CLAIMED.value,
            attempt=batch.c.attempt + 1,
            owner=owner,
            lease_until=now + lease,
            not_before=None,
            note="",
        )
        .returning(batch.c.number, batch.c.attempt, batch.c.route)
    ).one_or_none()
    if row is None:
        return None
    # Rows are pairs, which the types of SQLAlchemy's rows do not say.
    members: Iterable[Any] = connection.execute(open_deliveries(issue, row.number)).all()
    made = Batch(
        issue=issue,
        number=row.number,
        attempt=row.attempt,
        route=row.route,
        deliveries=dict(members),
    )
    outside.claimed(connection, made, owner, now)
    return made


def open_deliveries(issue: IssueId, number: int) -> sa.Select[tuple[int, str]]:
    """The deliveries of a batch that still want an attempt: subscriber and variant key."""
    return (
        sa.select(delivery.c.subscriber_id, variant.c.key)
        .join(variant, variant.c.id == delivery.c.variant_id)
        .where(
            delivery.c.issue_id == issue,
            delivery.c.number == number,
            delivery.c.state.in_([state.value for state in OPEN]),
        )
        .order_by(delivery.c.subscriber_id)
    )


def renew(connection: Connection, one: Batch, owner: str, now: datetime, lease: timedelta) -> bool:
    """Keep a claimed batch longer; False if it is no longer ours."""
    done = connection.execute(
        sa.update(batch)
        .where(*_held(one, owner), batch.c.state == BatchState.CLAIMED.value)
        .values(lease_until=now + lease)
    )
    return bool(done.rowcount)


def settle(
    connection: Connection,
    one: Batch,
    owner: str,
    outcomes: Iterable[Outcome],
    now: datetime,
    *,
    not_before: datetime | None = None,
    note: str = "",
) -> bool:
    """Write the outcomes of a batch and close it, or plan what is left for ``not_before``.

    Fenced by owner and attempt: False, and nothing written, when another has taken the batch over.
    One that was called doubtful meanwhile is still ours to settle: nobody knows better.
    """
    held = connection.execute(
        sa.update(batch)
        .where(
            *_held(one, owner),
            batch.c.state.in_([BatchState.CLAIMED.value, BatchState.IN_DOUBT.value]),
        )
        .values(lease_until=None, note=note[:200])
    )
    if not held.rowcount:
        return False
    write_outcomes(connection, one, outcomes, now)
    close(connection, one, now, not_before)
    return True


def _held(one: Batch, owner: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        batch.c.issue_id == one.issue,
        batch.c.number == one.number,
        batch.c.attempt == one.attempt,
        batch.c.owner == owner,
    )


def write_outcomes(
    connection: Connection, one: Batch, outcomes: Iterable[Outcome], now: datetime
) -> None:
    """One write for each delivery; never over an outcome that is final."""
    bulk.update_outcomes(connection, one, list(outcomes), now)


def close(
    connection: Connection, one: Batch, now: datetime, not_before: datetime | None = None
) -> None:
    """Set a batch to what its deliveries make it: planned again, in doubt or done."""
    states = set(
        connection.scalars(
            sa.select(delivery.c.state)
            .distinct()
            .where(delivery.c.issue_id == one.issue, delivery.c.number == one.number)
        )
    )
    values: dict[str, Any] = {"state": BatchState.DONE.value, "done_at": now, "lease_until": None}
    if states.intersection(OPEN):
        planned = BatchState.PLANNED.value
        values = {"state": planned, "not_before": not_before, "lease_until": None}
    elif DeliveryState.IN_DOUBT in states:
        values = {"state": BatchState.IN_DOUBT.value}
    connection.execute(
        sa.update(batch)
        .where(batch.c.issue_id == one.issue, batch.c.number == one.number)
        .values(values)
    )


def pause(
    connection: Connection, issue: IssueId, until: datetime, route: str | None = None
) -> None:
    """Claim nothing more of an issue before ``until``, or nothing of what goes by ``route``."""
    connection.execute(
        sa.update(batch)
        .where(
            batch.c.issue_id == issue,
            batch.c.state == BatchState.PLANNED.value,
            sa.or_(batch.c.not_before.is_(None), batch.c.not_before < until),
            *_by(route),
        )
        .values(not_before=until)
    )


def _by(route: str | None) -> list[sa.ColumnElement[bool]]:
    return [] if route is None else [batch.c.route == route]


#: why deliveries expire when nobody stopped the issue
PAST = "past its send-by time"


def late(connection: Connection, issue: IssueId, due_by: datetime) -> bool:
    """Whether anything is planned of an issue that was due with it, or by then."""
    found = sa.select(batch.c.number).where(*_planned(issue, due_by)).limit(1)
    return connection.execute(found).first() is not None


def expire(
    connection: Connection,
    issue: IssueId,
    now: datetime,
    why: str = PAST,
    due_by: datetime | None = None,
) -> int:
    """Give up what is planned of an issue; returns how many deliveries.

    ``due_by``: only what was due with the issue, or by then. Claimed batches stay: somebody is at
    work on them.
    """
    numbers = connection.scalars(
        sa.update(batch)
        .where(*_planned(issue, due_by))
        .values(state=BatchState.DONE.value, done_at=now)
        .returning(batch.c.number)
    ).all()
    given_up = 0
    for number in numbers:
        one = Batch(issue=issue, number=number, attempt=0)
        given_up += connection.execute(
            sa.update(delivery)
            .where(
                delivery.c.issue_id == issue,
                delivery.c.number == number,
                delivery.c.state.in_([state.value for state in OPEN]),
            )
            .values(state=DeliveryState.EXPIRED.value, code=why[:200], at=now)
        ).rowcount
        close(connection, one, now)
    return given_up


def _planned(issue: IssueId, due_by: datetime | None) -> list[sa.ColumnElement[bool]]:
    planned = [batch.c.issue_id == issue, batch.c.state == BatchState.PLANNED.value]
    if due_by is not None:
        planned.append(sa.or_(batch.c.due_at.is_(None), batch.c.due_at <= due_by))
    return planned


def next_at(connection: Connection, issue: IssueId) -> datetime | None:
    """When the next planned batch of an issue is due; None where none is, or one is at once."""
    waiting = sa.select(batch.c.not_before).where(
        batch.c.issue_id == issue, batch.c.state == BatchState.PLANNED.value
    )
    times = connection.scalars(waiting).all()
    return None if None in times else min((at for at in times if at), default=None)


def counts(connection: Connection, issue: IssueId) -> Mapping[DeliveryState, int]:
    """How many deliveries are in which state; what their batch is in says it for open ones."""
    per_batch = (
        sa.select(delivery.c.number, delivery.c.state, sa.func.count().label("readers"))
        .where(delivery.c.issue_id == issue)
        .group_by(delivery.c.number, delivery.c.state)
        .subquery()
    )
    rows = connection.execute(
        sa.select(batch.c.state.label("of"), per_batch.c.state, sa.func.sum(per_batch.c.readers))
        .join(batch, sa.and_(batch.c.issue_id == issue, batch.c.number == per_batch.c.number))
        .group_by(batch.c.state, per_batch.c.state)
    )
    found: dict[DeliveryState, int] = {}
    for of, state, readers in rows:
        one = seen(BatchState(of), DeliveryState(state))
        found[one] = found.get(one, 0) + int(readers)
    return found


def seen(of: BatchState, state: DeliveryState) -> DeliveryState:
    """The state of a delivery, said by its batch where it is open."""
    if state not in OPEN:
        return state
    return {
        BatchState.CLAIMED: DeliveryState.CLAIMED,
        BatchState.IN_DOUBT: DeliveryState.IN_DOUBT,
    }.get(of, state)
