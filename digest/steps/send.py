"""send and settle: hand over what the ledger holds, then close the issue."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.engine import Connection

from digest.curate import coarse, short
from digest.deliver.deadline import Deadline
from digest.deliver.dispatch import dispatch
from digest.deliver.reconcile import reconcile
from digest.deliver.sender import Compose, Sender, SendReport
from digest.errors import TransportError
from digest.model import (
    Batch,
    DeliveryState,
    Issue,
    IssueState,
    Message,
    SubscriberId,
    Token,
)
from digest.protocols import Recipient
from digest.steps.fsck import verify
from digest.steps.held import ways_of
from digest.steps.messages import MessageMaker
from digest.steps.parts import Parts
from digest.steps.rules import rules_hash
from digest.store import control, errata, issues, ledger, links, minutes, variants, waiting, windows
from digest.store.control import Control
from digest.store.engine import reading, writing
from digest.store.pace import settled_since
from digest.store.windows import SeenReason

log = structlog.get_logger()


def send(parts: Parts, issue: Issue, progress: Callable[[int], None] | None = None) -> SendReport:
    """Send what is still planned of an issue, or go on where a crash left off.

    Raises UnsoundError where its ledger does not add up, before and after, and StrangerError where
    the database may be a copy.
    """
    parts.guard()
    ways = ways_of(parts, issue)
    verify(parts, issue.id)
    report = dispatch(
        sender(parts, issue),
        ways,
        issue.id,
        issue.edition,
        deadline=deadline(parts, issue),
        progress=progress,
    )
    verify(parts, issue.id)
    log.info("issue_handed_over", issue=issue.id, **{k.value: v for k, v in report.counts.items()})
    return report


def sender(parts: Parts, issue: Issue) -> Sender:
    """Sends batches of an issue; renders what they share once."""
    ways = ways_of(parts, issue)
    return Sender(
        engine=parts.engine,
        transport=parts.transport if len(ways) > 1 else ways[0].transport,
        audience=parts.audience,
        compose=_composer(parts, issue),
        journals=parts.journals,
        clock=parts.clock,
        owner=parts.owner,
        routes={way.name: way.transport for way in ways},
        doubtful=parts.rules.doubtful,
        budget=parts.rules.budget,
        stop=parts.stopping,
    )


def _composer(parts: Parts, issue: Issue) -> Compose:
    """Makes the messages of a batch; where approval is required, only as it was approved."""
    made = MessageMaker(parts, issue)

    def make(batch: Batch, recipients: Mapping[SubscriberId, Recipient]) -> Sequence[Message]:
        messages = made(batch, recipients)
        if messages:
            # One of each batch: they are alike, and measuring all would cost more than it tells.
            parts.meter.mailed(issue.edition, _octets(messages[0]))
        return messages

    if not parts.edition(issue.edition).approval.required:
        return make

    def as_approved(
        batch: Batch, recipients: Mapping[SubscriberId, Recipient]
    ) -> Sequence[Message]:
        messages = make(batch, recipients)
        # Compared afterwards: by then all that they are made of has been read.
        _as_locked(parts, issue)
        return messages

    return as_approved


def _octets(message: Message) -> int:
    """Of its HTML in UTF-8, before any transfer encoding: what Gmail cuts by."""
    pieces = (
        str(message.tokens[piece]) if isinstance(piece, Token) else piece
        for fragment in message.variant.fragments
        for piece in fragment.html
    )
    return sum(len(piece.encode("utf-8", "replace")) for piece in pieces)


def _as_locked(parts: Parts, issue: Issue) -> None:
    """Pause an issue that would be made otherwise than it was locked. Raises TransportError."""
    if rules_hash(parts, issue) == issue.rules_hash:
        return
    why = "its templates, brand or edition changed after it was approved"
    with writing(parts.engine) as connection:
        if control.standing(connection, issue.id) is None:
            now = parts.clock.now()
            control.say(connection, issue.id, Control.PAUSE, "scheduler", now, why)
    raise TransportError(why, hint="put them back, or stop the issue", issue=issue.id)


def deadline(parts: Parts, issue: Issue) -> Deadline:
    """Its send-by time, and that of readers who want it later: what is not sent then expires."""
    edition = parts.edition(issue.edition)
    within = timedelta(minutes=edition.send_by_minutes)
    return Deadline(scheduled=issue.scheduled_at, within=within)


def rests_until(parts: Parts, issue: Issue) -> datetime | None:
    """The next hour of its readers, where all that is left of an issue waits for such; else None.

    Told by the batches alone, so it may be asked at every tick.
    """
    if issue.state is not IssueState.SENDING:
        return None
    with reading(parts.engine) as connection:
        return waiting.rests_until(connection, issue.id, parts.clock.now())


def find_out(parts: Parts) -> Mapping[DeliveryState, int]:
    """Settle by evidence what a process that died left claimed, in all issues."""
    return reconcile(parts.engine, parts.transport, parts.journals, parts.clock.now())


def settle(parts: Parts, issue: Issue) -> Issue:
    """Close an issue whose deliveries all have an outcome; its stories now count as seen.

    Seen is what a provider accepted, or may have: an issue that reached nobody uses up no story.
    Where readers want it later, what reached the others counts already: the next issue is not to
    wait for them.
    """
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        if waiting.busy(connection, issue.id, now):
            return issue  # told by the batches: counting the deliveries takes time
        rests = waiting.going(connection, issue.id)
        if rests and _noted(connection, issue) == waiting.done(connection, issue.id):
            return issue
    if rests:
        with writing(parts.engine) as connection:
            issue = issues.get(connection, issue.id, to_change=True)
            done = waiting.done(connection, issue.id)
            if issue.state is IssueState.SENDING and _noted(connection, issue) != done:
                _mark_seen(connection, issue, now)
                minutes.write(connection, issue.id, now, "scheduler", WENT, str(done))
        return issue
    with writing(parts.engine) as connection:
        counts = ledger.counts(connection, issue.id)
        if any(counts.get(state, 0) for state in UNSETTLED):
            return issue
        _mark_seen(connection, issue, now)
        notes = [short.told(issue), coarse.noted(issue.reason)]
        reason = "; ".join(filter(None, notes)) if _reached(counts) else "reached nobody"
        issue = issues.move(
            connection, issue, IssueState.SENT, "scheduler", now, reason=reason, sent_at=now
        )
        if not errata.of_issue(connection, issue.id):
            return issue
        # Put right between its waves.
        return issues.move(connection, issue, IssueState.CORRECTED, "scheduler", now, reason=reason)


#: the ``issue_event.what`` under which stands how many batches were done when it came to rest
WENT = "went"


def _noted(connection: Connection, issue: Issue) -> int:
    """How many batches were done when its stories were last marked; 0: they never were."""
    return int(minutes.last(connection, issue.id, WENT) or 0)


def _mark_seen(connection: Connection, issue: Issue, now: datetime) -> None:
    if issue.extra:
        return  # its stories come in the next issue by the schedule, to everybody
    reached = variants.delivered_stories(connection, issue.id, ledger.REACHED)
    versions = windows.versions_in(connection, issue.id, reached)
    windows.mark_seen(connection, issue.edition, versions, SeenReason.SENT, now, issue.id)


#: deliveries that still want an attempt; doubtful ones are listed, and hold nothing up
UNSETTLED = (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.DEFERRED)


def _reached(counts: Mapping[DeliveryState, int]) -> int:
    return sum(counts.get(state, 0) for state in ledger.REACHED)


#: what is settled within this tells how fast an issue goes
LATELY = timedelta(minutes=1)


def pace(parts: Parts, issue: Issue) -> float:
    """How many deliveries a second of an issue on its way were settled lately; 0: none."""
    if issue.state is not IssueState.SENDING:
        return 0.0
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        began = links.began(connection, issue.id) or now
        since = max(began, now - LATELY)
        count = settled_since(connection, issue.id, since)
    # Less than a second would be no measure.
    return count / max((now - since).total_seconds(), 1.0)


def progress_of(parts: Parts, issue: Issue) -> dict[DeliveryState, int]:
    """How many deliveries of the issue are in which state."""
    with reading(parts.engine) as connection:
        return dict(ledger.counts(connection, issue.id))
