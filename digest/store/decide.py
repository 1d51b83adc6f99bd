"""Deliveries in doubt: which they are, and what somebody decides about them.

No decision touches a batch whose claimer may still be at work. One is gone for certain when its
journal was read (then the batch has no lease); of one on another machine only time tells.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Batch, BatchState, Decision, DeliveryState, IssueId, SubscriberId
from digest.store import ledger, minutes
from digest.store.tables import batch, delivery

#: so long past its lease a claimer that nobody hears of counts as gone
SILENCE = timedelta(minutes=30)
#: what the code of a delivery starts with that somebody decided to hold
HELD = "held by"
#: a policy sends a batch no more often than so
ATTEMPTS = 3
STATES = {
    Decision.HOLD: DeliveryState.IN_DOUBT,
    Decision.RESEND: DeliveryState.PLANNED,
    Decision.SKIP: DeliveryState.EXPIRED,
    Decision.ACCEPT: DeliveryState.ACCEPTED,
}
TOLD = {
    Decision.HOLD: HELD,
    Decision.RESEND: "sent again by",
    Decision.SKIP: "given up by",
    Decision.ACCEPT: "accepted by",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """One delivery of which nobody knows whether it arrived."""

    issue: IssueId
    batch: int
    subscriber: SubscriberId
    attempt: int
    #: when it came to be in doubt; None where only a lease tells
    since: datetime | None
    why: str
    #: until when its claimer may still be at work; None: it is gone
    busy_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """The deliveries that a decision is about: of an issue, a batch or some subscribers."""

    issue: IssueId
    batch: int | None = None
    #: empty: all
    subscribers: Collection[SubscriberId] = ()
    #: batches of which their journals say that somebody is at work
    busy: Collection[int] = ()
    #: leave out those that somebody decided to hold, and batches that were tried too often
    by_policy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a decision came to."""

    deliveries: int = 0
    #: deliveries left as they were, since their claimer may still be at work
    busy: int = 0


#: in doubt themselves, or open in a batch that is
_IN_DOUBT = sa.or_(
    delivery.c.state == DeliveryState.IN_DOUBT.value,
    sa.and_(
        batch.c.state == BatchState.IN_DOUBT.value,
        delivery.c.state.in_([state.value for state in ledger.OPEN]),
    ),
)
_TOGETHER = sa.and_(batch.c.issue_id == delivery.c.issue_id, batch.c.number == delivery.c.number)


def doubtful(connection: Connection, issue_id: IssueId | None = None) -> list[Doubtful]:
    """Every delivery in doubt, of one issue or of all, by issue, batch and subscriber."""
    query = (
        sa.select(
            delivery,
            batch.c.attempt,
            batch.c.lease_until,
            batch.c.state.label("of"),
        )
        .join(batch, _TOGETHER)
        .where(_IN_DOUBT)
        .order_by(delivery.c.issue_id, delivery.c.number, delivery.c.subscriber_id)
    )
    if issue_id is not None:
        query = query.where(delivery.c.issue_id == issue_id)
    return [
        Doubtful(
            issue=IssueId(row.issue_id),
            batch=row.number,
            subscriber=row.subscriber_id,
            attempt=row.attempt,
            since=row.at if row.state == DeliveryState.IN_DOUBT else row.lease_until,
            why=row.code or "its sender is gone and left no journal here",
            busy_until=row.lease_until and row.lease_until + SILENCE,
        )
        for row in connection.execute(query)
    ]


def decide(
    connection: Connection, which: Which, decision: Decision, who: str, now: datetime
) -> Decided:
    """Carry out a decision and write down who made it and when.

    Batches that are claimed, or whose claimer may live, are left as they are and counted. Takes
    the batches' rows first, so that no claimer and no other decision comes in between.
    """
    done = busy = 0
    for row in _batches(connection, which):
        query = sa.and_(
            delivery.c.issue_id == which.issue,
            delivery.c.number == row.number,
            delivery.c.state.in_(_undecided(row.state)),
            *([delivery.c.subscriber_id.in_(which.subscribers)] if which.subscribers else ()),
            *([delivery.c.code.not_like(f"{HELD} %")] if which.by_policy else ()),
        )
        if row.number in which.busy or _may_live(row.state, row.lease_until, now):
            busy += connection.scalar(sa.select(sa.func.count()).where(query)) or 0
            continue
        changed = connection.execute(
            sa.update(delivery)
            .where(query)
            .values(state=STATES[decision].value, code=f"{TOLD[decision]} {who}"[:200], at=now)
        ).rowcount
        if changed:
            done += changed
            if decision is not Decision.HOLD:
                _let_go(connection, which.issue, row.number)
            ledger.close(connection, Batch(issue=which.issue, number=row.number, attempt=0), now)
    if done:
        _write_down(connection, which, decision, who, now, done)
    return Decided(deliveries=done, busy=busy)


def _batches(connection: Connection, which: Which) -> Sequence[Any]:
    in_doubt = sa.select(delivery.c.number).where(
        delivery.c.issue_id == which.issue, delivery.c.state == DeliveryState.IN_DOUBT.value
    )
    query = sa.select(batch.c.number, batch.c.state, batch.c.lease_until).where(
        batch.c.issue_id == which.issue,
        sa.or_(batch.c.state == BatchState.IN_DOUBT.value, batch.c.number.in_(in_doubt)),
    )
    if which.batch is not None:
        query = query.where(batch.c.number == which.batch)
    if which.by_policy:
        query = query.where(batch.c.attempt < ATTEMPTS)
    return connection.execute(query.order_by(batch.c.number).with_for_update()).all()


def _undecided(of: str) -> list[str]:
    states = ledger.UNDECIDED if of == BatchState.IN_DOUBT else (DeliveryState.IN_DOUBT,)
    return [state.value for state in states]


def _may_live(of: str, lease_until: datetime | None, now: datetime) -> bool:
    if of == BatchState.CLAIMED:
        return True
    return lease_until is not None and now < lease_until + SILENCE


def _let_go(connection: Connection, issue_id: IssueId, number: int) -> None:
    """Whoever claimed the batch last may write nothing of it any more."""
    connection.execute(
        sa.update(batch)
        .where(batch.c.issue_id == issue_id, batch.c.number == number)
        .values(owner=None, lease_until=None)
    )


def _write_down(
    connection: Connection,
    which: Which,
    decision: Decision,
    who: str,
    now: datetime,
    count: int,
) -> None:
    place = f"batch {which.batch}" if which.batch is not None else "all batches"
    some = f", subscribers {', '.join(map(str, sorted(which.subscribers)))}"
    minutes.write(
        connection,
        which.issue,
        now,
        who,
        "doubtful",
        STATES[decision].value,
        f"{decision}: {count} deliveries, {place}{some if which.subscribers else ''}",
    )
