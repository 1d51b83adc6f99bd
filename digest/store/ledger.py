"""The ledger of deliveries: who gets an issue, in batches, and what became of each.

A batch is claimed and committed before the provider is called, and settled and committed after.
So a crash leaves a claimed batch, never one that looks as if nothing had happened; what its
messages came to is found out by evidence (``digest/store/doubt.py``), never by time alone.
A delivery row is written when the audience is frozen and once more with its outcome.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.errors import WrongStateError
from digest.model import (
    Batch,
    BatchState,
    DeliveryState,
    IssueId,
    Outcome,
    SubscriberId,
    VariantId,
)
from digest.store.tables import batch, delivery, exclusion, variant

#: deliveries that still want an attempt
OPEN = (DeliveryState.PLANNED, DeliveryState.DEFERRED)
#: deliveries whose outcome may still be written; what was accepted stays accepted
UNDECIDED = (*OPEN, DeliveryState.IN_DOUBT)
#: deliveries that count as sent: until somebody decides otherwise, those in doubt do
REACHED = (DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT)
#: rows inserted at a time
ROWS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenAudience:
    """The size of an audience: ``audience`` = ``deliveries`` + all exclusions."""

    audience: int
    deliveries: int
    batches: int


def freeze(
    connection: Connection,
    issue: IssueId,
    assignments: Iterable[tuple[SubscriberId, VariantId]],
    exclusions: Mapping[str, int],
    batch_size: int,
) -> FrozenAudience:
    """Write down who gets which variant, in runs of ``batch_size``, and who is left out and why.

    ``assignments`` are streamed and need not fit into memory. Raises WrongStateError when the
    issue's audience is frozen already; the database refuses a subscriber given twice.
    """
    if connection.scalar(sa.select(batch.c.number).where(batch.c.issue_id == issue).limit(1)):
        raise WrongStateError("the audience is frozen already", issue=issue)
    count = 0
    stream = iter(assignments)
    while rows := [
        {
            "issue_id": issue,
            "number": (count + place) // batch_size + 1,
            "subscriber_id": subscriber,
            "variant_id": chosen,
            "state": DeliveryState.PLANNED.value,
        }
        for place, (subscriber, chosen) in enumerate(islice(stream, ROWS))
    ]:
        connection.execute(sa.insert(delivery), rows)
        count += len(rows)
    batches = -(-count // batch_size)
    _insert_batches(connection, issue, batches)
    left_out = [
        {"issue_id": issue, "reason": reason, "readers": readers}
        for reason, readers in exclusions.items()
    ]
    if left_out:
        connection.execute(sa.insert(exclusion), left_out)
    stored = connection.scalar(
        sa.select(sa.func.count()).select_from(delivery).where(delivery.c.issue_id == issue)
    )
    assert stored == count, f"issue {issue}: {count} deliveries given, {stored} stored"
    audience = count + sum(exclusions.values())
    return FrozenAudience(audience=audience, deliveries=count, batches=batches)


def claim(
    connection: Connection, issue: IssueId, owner: str, now: datetime, lease: timedelta
) -> Batch | None:
    """Claim the next batch that is due, with its deliveries still open; None if none is.

    A compare-and-set: of several claimers each gets another batch. Commit before calling any
    provider.
    """
    due = (
        sa.select(batch.c.number)
        .where(
            batch.c.issue_id == issue,
            batch.c.state == BatchState.PLANNED.value,
            sa.or_(batch.c.not_before.is_(None), batch.c.not_before <= now),
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
        .returning(batch.c.number, batch.c.attempt)
    ).one_or_none()
    if row is None:
        return None
    members = connection.execute(open_deliveries(issue, row.number))
    return Batch(
        issue=issue,
        number=row.number,
        attempt=row.attempt,
        deliveries={member.subscriber_id: member.key for member in members},
    )


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
    rows = [
        {
            "who": outcome.subscriber,
            "state": outcome.state.value,
            "code": outcome.code[:200],
            "provider_id": outcome.provider_id[:200],
            "at": now,
        }
        for outcome in outcomes
    ]
    if rows:
        connection.execute(outcome_update(one), rows)


def outcome_update(one: Batch) -> sa.Update:
    """One delivery of a batch, whose subscriber is given as ``who``, if it is not final yet."""
    return sa.update(delivery).where(
        delivery.c.issue_id == one.issue,
        delivery.c.number == one.number,
        delivery.c.subscriber_id == sa.bindparam("who"),
        # Not in_(): that cannot be executed for many rows at once.
        sa.or_(*(delivery.c.state == state.value for state in UNDECIDED)),
    )


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


def pause(connection: Connection, issue: IssueId, until: datetime) -> None:
    """Claim nothing more of an issue before ``until``."""
    connection.execute(
        sa.update(batch)
        .where(
            batch.c.issue_id == issue,
            batch.c.state == BatchState.PLANNED.value,
            sa.or_(batch.c.not_before.is_(None), batch.c.not_before < until),
        )
        .values(not_before=until)
    )


#: why deliveries expire when nobody stopped the issue
PAST = "past its send-by time"


def expire(connection: Connection, issue: IssueId, now: datetime, why: str = PAST) -> int:
    """Give up what is planned of an issue; returns how many deliveries.

    Claimed batches stay: somebody is at work on them.
    """
    numbers = connection.scalars(
        sa.update(batch)
        .where(batch.c.issue_id == issue, batch.c.state == BatchState.PLANNED.value)
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
        seen = _seen(BatchState(of), DeliveryState(state))
        found[seen] = found.get(seen, 0) + int(readers)
    return found


def _seen(of: BatchState, state: DeliveryState) -> DeliveryState:
    if state not in OPEN:
        return state
    return {
        BatchState.CLAIMED: DeliveryState.CLAIMED,
        BatchState.IN_DOUBT: DeliveryState.IN_DOUBT,
    }.get(of, state)


def _insert_batches(connection: Connection, issue: IssueId, count: int) -> None:
    for start in range(1, count + 1, ROWS):
        connection.execute(
            sa.insert(batch),
            [
                {"issue_id": issue, "number": number, "state": BatchState.PLANNED.value}
                for number in range(start, min(start + ROWS, count + 1))
            ],
        )
