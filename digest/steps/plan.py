"""What a send would come to: everything but the call."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from digest.curate.lifecycle import WENT
from digest.model import BatchState, DeliveryState, Issue, IssueState
from digest.steps import choose, compose, errata
from digest.steps.control import undo_until
from digest.steps.parts import Parts
from digest.store import ledger, variants
from digest.store.engine import reading
from digest.store.tables import batch, delivery, issue

#: issues whose audience is frozen
GOES = WENT | {IssueState.SENDING}
#: messages a second where nothing was measured or configured: below what each did in trials
ASSUMED = {"outbox": 300.0, "smtp": 50.0, "sendgrid": 500.0}
OTHERWISE = 50.0
#: a send of fewer messages says little about the rate of a large one
ENOUGH = 200
#: issues whose audience is frozen
GOES = WENT | {IssueState.SENDING}
#: transports that hand over all readers of a variant in one request
BY_VARIANT = frozenset({"sendgrid"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """What goes at one time: with the issue, or at an hour that its readers chose."""

    #: None: as soon as the issue goes
    due: datetime | None
    messages: int
    ends: datetime
    send_by: datetime


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
    #: the first due first
    waves: Sequence[Wave]

    @property
    def in_time(self) -> bool:
        """Whether every reader gets it before send-by, counted from their own hour."""
        return all(wave.ends <= wave.send_by for wave in self.waves)


def plan(parts: Parts, one: Issue) -> SendPlan:
    """Select for everybody and count; of an issue on its way count what is left. Stores nothing.

    The finish is the number of messages over the rate: the configured one, else that of the
    edition's last large send, else one assumed for the transport.
    """
    edition, now = parts.edition(one.edition), parts.clock.now()
    draft = compose.draft(parts, one)
    coarsened = ""
    # Sent by hand it is rescheduled, and its send-by time with it.
    scheduled = one.scheduled_at if one.state is IssueState.SENDING else now
    if one.state in GOES:
        messages, requests, batches, by_due = _left(parts, one)
        left_out: Mapping[str, int] = {}
        with reading(parts.engine) as connection:
            made = variants.count(connection, one.id)
    else:
        told = errata.forecast(parts, one) or choose.forecast(
            parts, replace(one, scheduled_at=scheduled), draft
        )
        by_due = told.by_due
        coarsened = told.coarsened
        messages, made, left_out = told.readers, told.variants, dict(told.left_out)
        requests, batches = told.requests, told.batches
    if parts.transport.name not in BY_VARIANT:
        requests = messages
    rate, kind = _rate(parts, one)
    begins = max(now, undo_until(parts, one) or now)
    if one.state not in GOES:
        begins = max(begins, now + parts.rules.undo)
    within = timedelta(minutes=edition.send_by_minutes)
    waves = _waves(by_due, begins, rate, scheduled, within)
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
        ends=waves[-1].ends if waves else begins,
        send_by=scheduled + within,
        waves=waves,
    )


def _waves(
    by_due: Mapping[datetime | None, int],
    begins: datetime,
    rate: float,
    scheduled: datetime,
    within: timedelta,
) -> list[Wave]:
    """Wave after wave at this rate; none begins before it is due, or before the last one ends."""
    waves: list[Wave] = []
    at = begins
    for due, messages in sorted(by_due.items(), key=lambda one: one[0] or scheduled):
        at = max(at, due or at) + timedelta(seconds=messages / rate)
        send_by = max(due or scheduled, scheduled) + within
        waves.append(Wave(due=due, messages=messages, ends=at, send_by=send_by))
    return waves


def _left(parts: Parts, one: Issue) -> tuple[int, int, int, Mapping[datetime | None, int]]:
    """Messages, requests and batches that are still to go, and the messages by when."""
    with reading(parts.engine) as connection:
        rows = connection.execute(
            sa.select(
                delivery.c.number,
                sa.func.count().label("messages"),
                sa.func.count(delivery.c.variant_id.distinct()).label("variants"),
                batch.c.due_at,
            )
            .join(
                batch,
                sa.and_(
                    batch.c.issue_id == delivery.c.issue_id, batch.c.number == delivery.c.number
                ),
            )
            .where(
                delivery.c.issue_id == one.id,
                delivery.c.state.in_([state.value for state in ledger.OPEN]),
            )
            .group_by(delivery.c.number, batch.c.due_at)
        ).all()
    by_due = Counter[datetime | None]()
    for row in rows:
        by_due[row.due_at] += row.messages
    return by_due.total(), sum(row.variants for row in rows), len(rows), by_due


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
            .where(issue.c.edition == slug, issue.c.state.in_([state.value for state in WENT]))
            .order_by(issue.c.sent_at.desc())
            .limit(1)
        )
        if last is None:
            return None
        times = connection.execute(
            sa.select(batch.c.number, batch.c.done_at)
            .where(
                batch.c.issue_id == last,
                batch.c.state == BatchState.DONE.value,
                # Between its readers' hours it rested.
                batch.c.due_at.is_(None),
            )
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
                delivery.c.number.in_(
                    sa.select(batch.c.number).where(
                        batch.c.issue_id == last, batch.c.due_at.is_(None)
                    )
                ),
                delivery.c.state == DeliveryState.ACCEPTED.value,
            )
        )
    took = (times[-1].done_at - times[0].done_at).total_seconds()
    if not accepted or accepted < ENOUGH or took <= 0:
        return None
    return float(accepted / took)
