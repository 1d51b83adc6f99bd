"""send and settle: hand over what the ledger holds, then close the issue."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from digest.curate import short
from digest.deliver.reconcile import reconcile
from digest.deliver.sender import Sender, SendReport
from digest.model import DeliveryState, Issue, IssueState
from digest.steps.fsck import verify
from digest.steps.messages import MessageMaker
from digest.steps.parts import Parts
from digest.store import issues, ledger, variants, windows
from digest.store.engine import reading, writing
from digest.store.windows import SeenReason

log = structlog.get_logger()


def send(parts: Parts, issue: Issue, progress: Callable[[int], None] | None = None) -> SendReport:
    """Send what is still planned of an issue, or go on where a crash left off.

    Raises UnsoundError where its ledger does not add up, before and after.
    """
    edition = parts.edition(issue.edition)
    verify(parts, issue.id)
    sender = Sender(
        engine=parts.engine,
        transport=parts.transport,
        audience=parts.audience,
        compose=MessageMaker(parts, issue),
        journals=parts.journals,
        clock=parts.clock,
        owner=parts.owner,
        doubtful=parts.rules.doubtful,
        budget=parts.rules.budget,
        stop=parts.stopping,
    )
    report = sender.send_issue(
        issue.id,
        edition.slug,
        deadline=issue.scheduled_at + timedelta(minutes=edition.send_by_minutes),
        progress=progress,
    )
    verify(parts, issue.id)
    log.info("issue_handed_over", issue=issue.id, **{k.value: v for k, v in report.counts.items()})
    return report


def find_out(parts: Parts) -> None:
    """Settle by evidence what a process that died left claimed, in all issues."""
    reconcile(parts.engine, parts.transport, parts.journals, parts.clock.now())


def settle(parts: Parts, issue: Issue) -> Issue:
    """Close an issue whose deliveries all have an outcome; its stories now count as seen.

    Seen is what a provider accepted, or may have: an issue that reached nobody uses up no story.
    """
    now = parts.clock.now()
    with writing(parts.engine) as connection:
        counts = ledger.counts(connection, issue.id)
        if any(counts.get(state, 0) for state in UNSETTLED):
            return issue
        reached = variants.delivered_stories(connection, issue.id, ledger.REACHED)
        versions = windows.versions_in(connection, issue.id, reached)
        windows.mark_seen(connection, issue.edition, versions, SeenReason.SENT, now, issue.id)
        reason = short.told(issue) if _reached(counts) else "reached nobody"
        return issues.move(
            connection, issue, IssueState.SENT, "scheduler", now, reason=reason, sent_at=now
        )


#: deliveries that still want an attempt; doubtful ones are listed, and hold nothing up
UNSETTLED = (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.DEFERRED)


def _reached(counts: Mapping[DeliveryState, int]) -> int:
    return sum(counts.get(state, 0) for state in ledger.REACHED)


def progress_of(parts: Parts, issue: Issue) -> dict[DeliveryState, int]:
    """How many deliveries of the issue are in which state."""
    with reading(parts.engine) as connection:
        return dict(ledger.counts(connection, issue.id))
