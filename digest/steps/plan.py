"""What a send would come to: everything but the call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from digest.model import BatchState, DeliveryState, Issue, IssueState
from digest.steps import choose, compose
from digest.steps.control import undo_until
from digest.steps.parts import Parts
from digest.store import ledger, variants
from digest.store.engine import reading
from digest.store.tables import batch, delivery, issue

#: messages a second where nothing was measured or configured: below what each did in trials
ASSUMED = {"outbox": 300.0, "smtp": 50.0, "sendgrid": 500.0}
OTHERWISE = 50.0
#: a send of fewer messages says little about the rate of a large one
ENOUGH = 200
#: transports that hand over all readers of a variant in one request
BY_VARIANT = frozenset({"sendgrid"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPlan:
    """What ``send`` would do now."""

    edition: str
    state: IssueState
    stories: int
    variants: int
    #: still to be handed over
    messages: int
    #: calls to the provider
    requests: int
    batches: int
    left_out: Mapping[str, int]
    #: how readers' selections are coarsened, and why; empty where they are not
    coarsened: str
    per_second: float
    #: ``configured``, ``measured`` or ``assumed``
    rate: str
    begins: datetime
    ends: datetime
    send_by: datetime

    @property
    def in_time(self) -> bool:
        """Whether the last reader gets it before send-by."""
        return self.ends <= self.send_by


def plan(parts: Parts, one: Issue) -> SendPlan:
    """Select for everybody and count; of an issue on its way count what is left. Stores nothing.

    The finish is the number of messages over the rate: the configured one, else that of the
    edition's last large send, else one assumed for the transport.
    """
    edition, now = parts.edition(one.edition), parts.clock.now()
    draft = compose.draft(parts, one)
    coarsened = ""
    if one.state in {IssueState.SENDING, IssueState.SENT}:
        messages, requests, batches = _left(parts, one)
        left_out: Mapping[str, int] = {}
        with reading(parts.engine) as connection:
            made = variants.count(connection, one.id)
    else:
        told = choose.forecast(parts, one, draft)
        coarsened = told.coarsened
        messages, made, left_out = told.readers, told.variants, dict(told.left_out)
        requests, batches = told.requests, told.batches
    if parts.transport.name not in BY_VARIANT:
        requests = messages
    rate, kind = _rate(parts, one)
    begins = max(now, undo_until(parts, one) or now)
    if one.state not in {IssueState.SENDING, IssueState.SENT}:
        begins = max(begins, now + parts.rules.undo)
    # Sent by hand it is rescheduled, and its send-by time with it.
    scheduled = one.scheduled_at if one.state is IssueState.SENDING else now
    return SendPlan(
        edition=one.edition,
        state=one.state,
        stories=len(compose.content(parts, one).cards),
        variants=made,
        messages=messages,
        requests=requests,
        batches=batches,
        left_out=left_out,
        coarsened=coarsened,
        per_second=round(rate, 1),
        rate=kind,
        begins=begins,
        ends=begins + timedelta(seconds=messages / rate),
        send_by=scheduled + timedelta(minutes=edition.send_by_minutes),
    )


def _left(parts: Parts, one: Issue) -> tuple[int, int, int]:
    """Messages, requests and batches that are still to go."""
    with reading(parts.engine) as connection:
        rows = connection.execute(
            sa.select(
                delivery.c.number,
                sa.func.count().label("messages"),
                sa.func.count(delivery.c.variant_id.distinct()).label("variants"),
            )
            .where(
                delivery.c.issue_id == one.id,
                delivery.c.state.in_([state.value for state in ledger.OPEN]),
            )
            .group_by(delivery.c.number)
        ).all()
    return sum(row.messages for row in rows), sum(row.variants for row in rows), len(rows)


def _rate(parts: Parts, one: Issue) -> tuple[float, str]:
    """Messages a second, and where that is from."""
    if parts.rules.per_second:
        return parts.rules.per_second, "configured"
    if (measured := _measured(parts, one.edition)) is not None:
        return measured, "measured"
    return ASSUMED.get(parts.transport.name, OTHERWISE), "assumed"


def _measured(parts: Parts, slug: str) -> float | None:
    """The rate of the edition's last large send: what it accepted between its first batch's end
    and its last one's.
    """
    with reading(parts.engine) as connection:
        last = connection.scalar(
            sa.select(issue.c.id)
            .where(issue.c.edition == slug, issue.c.state == IssueState.SENT.value)
            .order_by(issue.c.sent_at.desc())
            .limit(1)
        )
        if last is None:
            return None
        times = connection.execute(
            sa.select(batch.c.number, batch.c.done_at)
            .where(batch.c.issue_id == last, batch.c.state == BatchState.DONE.value)
            .order_by(batch.c.done_at)
        ).all()
        if len(times) < 2:
            return None
        accepted = connection.scalar(
            sa.select(sa.func.count())
            .select_from(delivery)
            .where(
                delivery.c.issue_id == last,
                delivery.c.number != times[0].number,
                delivery.c.state == DeliveryState.ACCEPTED.value,
            )
        )
    took = (times[-1].done_at - times[0].done_at).total_seconds()
    if not accepted or accepted < ENOUGH or took <= 0:
        return None
    return float(accepted / took)
