"""Which issues reached a reader: where their own window starts, and what is counted of them."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.curate.lifecycle import WENT
from digest.model import (
    UNREACHED,
    BatchState,
    DeliveryState,
    Issue,
    IssueId,
    IssueState,
    SubscriberId,
)
from digest.store import ledger
from digest.store.after_tables import erratum
from digest.store.heard_table import delivery_event
from digest.store.tables import batch, delivery, issue


@dataclass(frozen=True, slots=True, kw_only=True)
class SentIssue:
    """An issue that is closed, and when it was."""

    id: IssueId
    edition: str
    at: datetime


def sent_since(connection: Connection, at: datetime) -> list[SentIssue]:
    """The issues scheduled for then or later that are sent, oldest first."""
    query = (
        sa.select(issue.c.id, issue.c.edition, issue.c.sent_at, issue.c.scheduled_at)
        .where(
            issue.c.state.in_([one.value for one in WENT]),
            issue.c.scheduled_at >= at,
            # A letter about a mistake is no issue that somebody received.
            issue.c.id.not_in(sa.select(erratum.c.issue_id)),
        )
        .order_by(issue.c.scheduled_at, issue.c.id)
    )
    return [
        SentIssue(id=row.id, edition=row.edition, at=row.sent_at or row.scheduled_at)
        for row in connection.execute(query)
    ]


def reached_after(
    connection: Connection, issue_id: IssueId, after: SubscriberId, limit: int
) -> list[SubscriberId]:
    """The next readers whom an issue reached, or may have, by id."""
    query = (
        sa.select(delivery.c.subscriber_id)
        .where(
            delivery.c.issue_id == issue_id,
            delivery.c.subscriber_id > after,
            delivery.c.state.in_([state.value for state in ledger.REACHED]),
        )
        .order_by(delivery.c.subscriber_id)
        .limit(limit)
    )
    return list(connection.scalars(query))


def last_reached(
    connection: Connection,
    before: Sequence[Issue],
    readers: Sequence[SubscriberId],
    now: datetime,
) -> dict[SubscriberId, datetime]:
    """For each reader the end of the window of the newest of these issues that reached them.

    What is in doubt counts as having reached them, and what waits for an hour of theirs: they are
    to get it, and nothing twice. What was excluded, rejected or expired, or came back, does not.

    ``before`` newest first, ``readers`` in order of their ids. Nearly all had the newest issue, so
    the others ask for few.
    """
    found: dict[SubscriberId, datetime] = {}
    missing = set(readers)
    for one in before:
        if missing and one.window_to is not None:
            had = _in(connection, one, missing, ledger.REACHED) - _back(connection, one, missing)
            if one.state is IssueState.SENDING:
                had |= _awaited(connection, one, missing, now)
            found |= dict.fromkeys(had, one.window_to)
            missing -= had
    # Never reached, but one was meant for them and did not go in time: from its window on.
    for one in reversed(before):
        if missing and one.window_from is not None:
            owed = _in(connection, one, missing, (DeliveryState.EXPIRED,))
            found |= dict.fromkeys(owed, one.window_from)
            missing -= owed
    return found


def _in(
    connection: Connection,
    one: Issue,
    readers: AbstractSet[SubscriberId],
    states: Sequence[DeliveryState],
) -> set[SubscriberId]:
    """Those of the readers whose delivery of an issue is in one of these states."""
    query = sa.select(delivery.c.subscriber_id).where(
        delivery.c.issue_id == one.id,
        delivery.c.subscriber_id >= min(readers),
        delivery.c.subscriber_id <= max(readers),
        delivery.c.state.in_([state.value for state in states]),
    )
    return set(connection.scalars(query)) & readers


def _awaited(
    connection: Connection, one: Issue, readers: AbstractSet[SubscriberId], now: datetime
) -> set[SubscriberId]:
    """Those of the readers whose mail of an issue waits for an hour of theirs."""
    query = (
        sa.select(delivery.c.subscriber_id)
        .join(
            batch,
            sa.and_(batch.c.issue_id == delivery.c.issue_id, batch.c.number == delivery.c.number),
        )
        .where(
            delivery.c.issue_id == one.id,
            delivery.c.subscriber_id >= min(readers),
            delivery.c.subscriber_id <= max(readers),
            batch.c.state == BatchState.PLANNED.value,
            batch.c.due_at > now,
        )
    )
    return set(connection.scalars(query)) & readers


def _back(
    connection: Connection, one: Issue, readers: AbstractSet[SubscriberId]
) -> set[SubscriberId]:
    """Those near these readers whose mail of an issue came back: few, by an index of their own."""
    query = sa.select(delivery_event.c.subscriber_id).where(
        delivery_event.c.issue_id == one.id,
        delivery_event.c.kind.in_([kind.value for kind in UNREACHED]),
        delivery_event.c.subscriber_id >= min(readers),
        delivery_event.c.subscriber_id <= max(readers),
    )
    return set(connection.scalars(query))
