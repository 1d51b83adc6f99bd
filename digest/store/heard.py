"""What is heard of deliveries after they were handed over: each event once, by its id.

The ledger says what was handed over, these rows what came of it; nothing here changes the ledger.
How a delivery stands is read from all that was heard of it, so that order does not matter.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.model import (
    Batch,
    BatchState,
    DeliveryEvent,
    DeliveryState,
    EventKind,
    IssueId,
    Outcome,
    SubscriberId,
)
from digest.store.engine import insert_new
from digest.store.heard_table import delivery_event
from digest.store.tables import batch, delivery, issue

#: ids asked for in one query
IDS = 500
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An event from which something still follows."""

    event: DeliveryEvent
    #: of its issue; empty if we know no such issue
    edition: str


def note(
    connection: Connection,
    events: Iterable[DeliveryEvent],
    now: datetime,
    pending: Collection[str] = (),
) -> int:
    """Write events down; those there already stay as they are. Returns how many are new.

    ``pending`` are the ids of those from which something follows.
    """
    # In one order, so that no two who note the same events wait for each other.
    by_id = dict(sorted((one.id, one) for one in events))
    known: set[str] = set()
    for ids in _runs(by_id, IDS):
        query = sa.select(delivery_event.c.id).where(delivery_event.c.id.in_(ids))
        known.update(connection.scalars(query))
    rows = [
        {
            "id": one.id,
            "kind": one.kind.value,
            "issue_id": one.issue,
            "subscriber_id": one.subscriber,
            "batch": one.batch,
            "source": one.source,
            "code": one.code,
            "at": one.at,
            "heard_at": now,
            "pending": one.id in pending,
        }
        for one in by_id.values()
        if one.id not in known
    ]
    if rows:
        insert_new(connection, delivery_event, rows)
    return len(rows)


def pending(connection: Connection, limit: int) -> list[Pending]:
    """The oldest events from which something still follows."""
    rows = connection.execute(
        sa.select(delivery_event, issue.c.edition)
        .outerjoin(issue, issue.c.id == delivery_event.c.issue_id)
        .where(delivery_event.c.pending)
        .order_by(delivery_event.c.heard_at)
        .limit(limit)
    )
    return [Pending(event=_event(row), edition=row.edition or "") for row in rows]


def done(connection: Connection, ids: Iterable[str]) -> None:
    """What followed from these events is done."""
    for run in _runs(sorted(ids), IDS):
        connection.execute(
            sa.update(delivery_event).where(delivery_event.c.id.in_(run)).values(pending=False)
        )


def soft_bounces(
    connection: Connection, readers: Collection[SubscriberId]
) -> Mapping[SubscriberId, Sequence[tuple[datetime, IssueId]]]:
    """When and of which issue each of these readers' mail came back for a passing reason."""
    found: dict[SubscriberId, list[tuple[datetime, IssueId]]] = defaultdict(list)
    for run in _runs(sorted(readers), IDS):
        rows = connection.execute(
            sa.select(
                delivery_event.c.subscriber_id, delivery_event.c.at, delivery_event.c.issue_id
            ).where(
                # Not a parameter, so that the small index on soft bounces is seen to fit.
                delivery_event.c.kind == sa.literal_column("'soft_bounce'"),
                delivery_event.c.subscriber_id.in_(run),
            )
        )
        for who, at, which in rows:
            found[who].append((at, IssueId(which)))
    return found


def outcomes(connection: Connection, one: Batch) -> dict[SubscriberId, Outcome]:
    """Those deliveries of a batch that a provider took, as whatever was heard of them proves.

    Silence proves nothing: events may be late, lost or not sent at all.
    """
    found = {}
    for run in _runs(sorted(one.deliveries), IDS):
        rows = connection.execute(
            sa.select(delivery_event.c.subscriber_id, sa.func.min(delivery_event.c.kind))
            .where(
                delivery_event.c.issue_id == one.issue,
                # All kinds prove it; named, so that the index is used to its end.
                delivery_event.c.kind.in_([kind.value for kind in EventKind]),
                delivery_event.c.subscriber_id.in_(run),
            )
            .group_by(delivery_event.c.subscriber_id)
        )
        for who, kind in rows:
            found[who] = Outcome(
                subscriber=who, state=DeliveryState.ACCEPTED, code=f"heard: {kind}"
            )
    return found


def counts(connection: Connection, issue_id: IssueId) -> dict[EventKind, int]:
    """Of how many readers of an issue each kind of event was heard."""
    rows = connection.execute(
        sa.select(
            delivery_event.c.kind,
            sa.func.count(delivery_event.c.subscriber_id.distinct()).label("readers"),
        )
        .where(delivery_event.c.issue_id == issue_id)
        .group_by(delivery_event.c.kind)
    )
    told = {row.kind: int(row.readers) for row in rows}
    return {kind: told[kind.value] for kind in EventKind if kind.value in told}


def last(connection: Connection, issue_id: IssueId, limit: int) -> list[DeliveryEvent]:
    """The events of an issue that happened last, newest first."""
    rows = connection.execute(
        sa.select(delivery_event)
        .where(delivery_event.c.issue_id == issue_id)
        .order_by(delivery_event.c.at.desc(), delivery_event.c.id)
        .limit(limit)
    )
    return [_event(row) for row in rows]


def complaints(connection: Connection, issue_id: IssueId) -> tuple[int, int]:
    """How many readers of an issue complained, and how many its settled batches hold.

    Counted by batches, all of one size but the last: cheap at any number of readers.
    """
    complained = connection.scalars(
        sa.select(sa.func.count(delivery_event.c.subscriber_id.distinct())).where(
            delivery_event.c.issue_id == issue_id,
            delivery_event.c.kind == EventKind.COMPLAINT.value,
        )
    ).one()
    settled = connection.execute(
        sa.select(
            sa.func.count().filter(batch.c.state == BatchState.DONE.value).label("done"),
            sa.func.max(batch.c.number).label("last"),
            sa.func.max(batch.c.number)
            .filter(batch.c.state == BatchState.DONE.value)
            .label("last_done"),
        ).where(batch.c.issue_id == issue_id)
    ).one()
    full = _size(connection, issue_id, 1)
    handed = settled.done * full
    if settled.last is not None and settled.last == settled.last_done:
        handed += _size(connection, issue_id, settled.last) - full
    return complained, handed


def latest_issue(connection: Connection, reader: SubscriberId) -> IssueId | None:
    """The newest issue that was handed over to a reader."""
    found = connection.scalar(
        sa.select(sa.func.max(delivery.c.issue_id)).where(
            delivery.c.subscriber_id == reader,
            delivery.c.issue_id.in_(
                sa.select(issue.c.id).order_by(issue.c.scheduled_at.desc()).limit(100)
            ),
            delivery.c.state.in_([DeliveryState.ACCEPTED.value, DeliveryState.IN_DOUBT.value]),
        )
    )
    return None if found is None else IssueId(found)


def _size(connection: Connection, issue_id: IssueId, number: int) -> int:
    return connection.scalars(
        sa.select(sa.func.count())
        .select_from(delivery)
        .where(delivery.c.issue_id == issue_id, delivery.c.number == number)
    ).one()


def _event(row: Row[Any]) -> DeliveryEvent:
    return DeliveryEvent(
        id=row.id,
        kind=EventKind(row.kind),
        issue=IssueId(row.issue_id),
        subscriber=row.subscriber_id,
        at=row.at,
        source=row.source,
        batch=row.batch,
        code=row.code,
    )


def _runs(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    stream = iter(items)
    while run := list(islice(stream, size)):
        yield run
