"""Freezing an audience: who gets which variant of an issue, in which batches, by which way."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.errors import WrongStateError
from digest.model import BatchState, DeliveryState, IssueId, SubscriberId, VariantId
from digest.store import bulk
from digest.store.tables import batch, delivery, exclusion


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A run of an audience that goes one way at one time, in batches of its own."""

    readers: int
    batch_size: int
    #: the route that sends it; None: the only one there is
    route: str | None = None
    #: when these want it; None: as soon as the issue goes
    due_at: datetime | None = None
    #: why these get no mail at all: listed, and never sent
    left_out: str = ""


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
    shares: Sequence[Share] = (),
) -> FrozenAudience:
    """Write down who gets which variant, in runs of ``batch_size``, and who is left out and why.

    ``assignments`` are streamed and need not fit into memory; ``shares``, where given, cut them
    into runs that go different ways, or later. Raises WrongStateError when the issue's audience is
    frozen already; the database refuses a subscriber given twice.
    """
    if connection.scalar(sa.select(batch.c.number).where(batch.c.issue_id == issue).limit(1)):
        raise WrongStateError("the audience is frozen already", issue=issue)
    stream = iter(assignments)
    count = batches = 0
    for share in shares or [Share(readers=sys.maxsize, batch_size=batch_size)]:
        wrote = _freeze_share(connection, issue, islice(stream, share.readers), share, batches)
        count += wrote
        batches += -(-wrote // share.batch_size)
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
    assert next(stream, None) is None, f"issue {issue}: more deliveries than its shares hold"
    audience = count + sum(exclusions.values())
    return FrozenAudience(audience=audience, deliveries=count, batches=batches)


def _freeze_share(
    connection: Connection,
    issue: IssueId,
    stream: Iterator[tuple[SubscriberId, VariantId]],
    share: Share,
    after: int,
) -> int:
    """Write deliveries in batches numbered on from ``after``; returns how many deliveries."""
    rows = (
        (after + place // share.batch_size + 1, subscriber, chosen)
        for place, (subscriber, chosen) in enumerate(stream)
    )
    count = bulk.insert_planned(connection, issue, rows)
    numbers = range(after + 1, after + 1 + -(-count // share.batch_size))
    if share.left_out and numbers:
        _leave_out(connection, issue, numbers, share.left_out)
    state = BatchState.DONE if share.left_out else BatchState.PLANNED
    batches = [
        {
            "issue_id": issue,
            "number": number,
            "state": state.value,
            "route": share.route,
            "due_at": share.due_at,
            "not_before": share.due_at,
        }
        for number in numbers
    ]
    if batches:
        connection.execute(sa.insert(batch), batches)
    return count


def _leave_out(connection: Connection, issue: IssueId, numbers: range, why: str) -> None:
    connection.execute(
        sa.update(delivery)
        .where(delivery.c.issue_id == issue, delivery.c.number.between(numbers[0], numbers[-1]))
        .values(state=DeliveryState.EXCLUDED.value, code=why)
    )
