"""What the ledger and the events know of an issue, in numbers and by reader."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.curate.lifecycle import WENT
from digest.model import (
    UNREACHED,
    DeliveryState,
    EventKind,
    Figures,
    Issue,
    IssueId,
    StoryId,
    SubscriberId,
)
from digest.store import issues
from digest.store.heard_table import delivery_event
from digest.store.tables import delivery, exclusion, issue, variant

#: readers at a time
PAGE = 5_000
#: ids in one query
IDS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one reader's mail."""

    reader: SubscriberId
    accepted: bool
    heard: frozenset[EventKind]

    def figures(self, *, left: bool) -> Figures:
        """As numbers, to be added up."""
        return Figures(
            accepted=self.accepted,
            delivered=EventKind.DELIVERED in self.heard,
            deferred=EventKind.DEFERRED in self.heard,
            bounced=not self.heard.isdisjoint(UNREACHED),
            complained=EventKind.COMPLAINT in self.heard,
            left=left,
        )


def fates(connection: Connection, issue_id: IssueId) -> Iterator[list[Fate]]:
    """What became of each delivery of an issue, ``PAGE`` at a time, by reader."""
    query = (
        sa.select(delivery.c.subscriber_id, delivery.c.state)
        .where(delivery.c.issue_id == issue_id)
        .order_by(delivery.c.subscriber_id)
        .limit(PAGE)
    )
    kinds = [kind.value for kind in EventKind]
    after = 0
    while rows := connection.execute(query.where(delivery.c.subscriber_id > after)).all():
        heard: dict[int, set[EventKind]] = {}
        events = connection.execute(
            sa.select(delivery_event.c.subscriber_id, delivery_event.c.kind)
            .where(
                delivery_event.c.issue_id == issue_id,
                # All of them; named, so that the index is used to its end.
                delivery_event.c.kind.in_(kinds),
                delivery_event.c.subscriber_id.between(rows[0][0], rows[-1][0]),
            )
            .distinct()
        )
        for who, kind in events:
            heard.setdefault(who, set()).add(EventKind(kind))
        accepted = DeliveryState.ACCEPTED.value
        yield [
            Fate(reader=who, accepted=state == accepted, heard=frozenset(heard.get(who, ())))
            for who, state in rows
        ]
        after = rows[-1][0]


def figures(connection: Connection, issue_id: IssueId, left: Collection[SubscriberId]) -> Figures:
    """What became of all of an issue's mails, counted by the database. ``left``: who left then."""
    accepted = connection.scalar(
        sa.select(sa.func.count()).where(
            delivery.c.issue_id == issue_id, delivery.c.state == DeliveryState.ACCEPTED.value
        )
    )
    return Figures(
        accepted=accepted or 0,
        delivered=_heard(connection, issue_id, [EventKind.DELIVERED]),
        deferred=_heard(connection, issue_id, [EventKind.DEFERRED]),
        bounced=_heard(connection, issue_id, UNREACHED),
        complained=_heard(connection, issue_id, [EventKind.COMPLAINT]),
        left=_among(connection, issue_id, sorted(left)),
    )


def _heard(connection: Connection, issue_id: IssueId, kinds: Collection[EventKind]) -> int:
    query = sa.select(sa.func.count(delivery_event.c.subscriber_id.distinct())).where(
        delivery_event.c.issue_id == issue_id,
        delivery_event.c.kind.in_([kind.value for kind in kinds]),
    )
    return connection.scalar(query) or 0


def _among(connection: Connection, issue_id: IssueId, who: list[SubscriberId]) -> int:
    found = 0
    for start in range(0, len(who), IDS):
        query = sa.select(sa.func.count()).where(
            delivery.c.issue_id == issue_id,
            delivery.c.subscriber_id.in_(who[start : start + IDS]),
            delivery.c.state == DeliveryState.ACCEPTED.value,
        )
        found += connection.scalar(query) or 0
    return found


def holders(connection: Connection, issue_id: IssueId) -> Counter[tuple[str, StoryId | None]]:
    """How many accepted mails of an issue hold each story in each section, and each block.

    A block is a section that holds no story: its key is (slug, None).
    """
    per_variant = (
        sa.select(delivery.c.variant_id, sa.func.count().label("readers"))
        .where(delivery.c.issue_id == issue_id, delivery.c.state == DeliveryState.ACCEPTED.value)
        .group_by(delivery.c.variant_id)
        .subquery()
    )
    # Rows are pairs, which the types of SQLAlchemy's rows do not say.
    rows: Iterable[Any] = connection.execute(
        sa.select(variant.c.selection, per_variant.c.readers)
        .join(per_variant, per_variant.c.variant_id == variant.c.id)
        .execution_options(yield_per=1_000)
    )
    found: Counter[tuple[str, StoryId | None]] = Counter()
    for told, readers in rows:
        for slug, stories in told["sections"]:
            for story in stories or [None]:
                found[slug, story] += readers
    return found


def before(connection: Connection, one: Issue, limit: int) -> list[Issue]:
    """The issues of its edition that went before it by the schedule, newest first."""
    ids = connection.scalars(
        sa.select(issue.c.id)
        .where(
            issue.c.edition == one.edition,
            issue.c.sequence == 1,
            issue.c.state.in_([state.value for state in WENT]),
            issue.c.scheduled_at < one.scheduled_at,
        )
        .order_by(issue.c.scheduled_at.desc())
        .limit(limit)
    ).all()
    return [issues.get(connection, IssueId(number)) for number in ids]


def next_at(connection: Connection, one: Issue) -> datetime | None:
    """When the next issue of its edition by the schedule went; None: it has not yet."""
    at: datetime | None = connection.scalar(
        sa.select(sa.func.min(issue.c.scheduled_at)).where(
            issue.c.edition == one.edition,
            issue.c.sequence == 1,
            issue.c.state.in_(issues.GONE),
            issue.c.scheduled_at > one.scheduled_at,
        )
    )
    return at


def left_out(connection: Connection, issue_id: IssueId) -> Mapping[str, int]:
    """Who was left out as the audience was frozen, by reason."""
    rows = connection.execute(
        sa.select(exclusion.c.reason, exclusion.c.readers).where(exclusion.c.issue_id == issue_id)
    )
    return {reason: readers for reason, readers in rows if readers}
