"""The line on one screen.

gather → curate → compose → review → approve → lock → last look → address → send → settle

Each step reads what the one before stored and can be run again without harm, so the line may
stop anywhere, be killed anywhere, or be walked by two schedulers at a time.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

import structlog
from structlog.contextvars import bound_contextvars

from digest.curate.alerts import COALESCED
from digest.curate.lifecycle import UNFINISHED, fills
from digest.errors import DigestError, TemplateError, UnsoundError, WrongStateError
from digest.model import Approval, Edition, Hold, Issue, IssueState, NoApproval
from digest.steps import errata
from digest.steps.address import address
from digest.steps.alerts import alert
from digest.steps.approve import approve, skip
from digest.steps.clockwork import settled
from digest.steps.compose import compose, today
from digest.steps.control import standing, undo_until
from digest.steps.curate import curate
from digest.steps.gather import GatherReport, failing, gather
from digest.steps.last_look import BEFORE, last_look
from digest.steps.late import goes_late, late
from digest.steps.lock import lock
from digest.steps.opening import plan
from digest.steps.parts import Parts
from digest.steps.review import ask, open_review
from digest.steps.send import find_out, rests_until, send, settle
from digest.steps.share import share
from digest.steps.stranger import guard, stands_still
from digest.steps.wave import look_again
from digest.store import faults, issues
from digest.store.engine import reading, writing
from digest.store.pulses import GATHER

__all__ = [
    "address",
    "approve",
    "compose",
    "curate",
    "gather",
    "lock",
    "refresh",
    "send_now",
    "tick",
    "today",
]

log = structlog.get_logger()

#: how long before its lock an issue has its sources read once more
LAST_LOOK = timedelta(minutes=10)
#: how often the sources that an issue is held for are tried
HELD_LOOK = timedelta(minutes=1)


def tick(parts: Parts, *, sending: bool = True) -> None:
    """Do what is due now: the scheduler calls this every few seconds.

    ``sending``: hand over here; else leave that to the workers of ``parts.queue``.
    """
    if stands_still(parts):
        refresh(parts, due_only=True)
        return
    find_out(parts)
    if not settled(parts):
        refresh(parts, due_only=True)
        return
    # What is due to go waits for no source.
    _advance_all(parts, [one for one in _unfinished(parts) if _goes(parts, one)], sending)
    for edition in parts.editions.values():
        plan(parts, edition)
    refresh(parts, due_only=True, forced=wanted(parts, _unfinished(parts)))
    _advance_all(parts, _unfinished(parts), sending)
    ask(parts)
    alert(parts)


def _unfinished(parts: Parts) -> list[Issue]:
    with reading(parts.engine) as connection:
        return list(issues.in_states(connection, UNFINISHED))


def _goes(parts: Parts, issue: Issue) -> bool:
    """Whether it is frozen and its hour has come."""
    frozen = issue.state in {IssueState.LOCKED, IssueState.SENDING}
    return frozen and parts.clock.now() >= issue.scheduled_at


def wanted(parts: Parts, unfinished: Iterable[Issue]) -> dict[str, datetime]:
    """Source → since when it is to be read once more.

    Shortly before an issue of its editions locks, and while one is held because it fails.
    """
    latest: dict[str, datetime] = {}
    now = parts.clock.now()
    for issue in unfinished:
        edition = parts.editions.get(issue.edition)
        if edition is None or not fills(issue):
            continue
        at = issue.scheduled_at - timedelta(minutes=edition.lock_minutes) - LAST_LOOK
        names: Iterable[str] = edition.sources
        if issue.hold is Hold.SOURCES:
            at, names = now - HELD_LOOK, failing(parts, edition)
        if at <= now:
            for name in names:
                latest[name] = max(at, latest.get(name, at))
    return latest


def _advance_all(parts: Parts, unfinished: Iterable[Issue], sending: bool) -> None:
    for issue in unfinished:
        with bound_contextvars(issue=issue.id, edition=issue.edition):
            _advance(parts, issue, sending)


def _advance(parts: Parts, issue: Issue, sending: bool) -> None:
    try:
        if issue.edition in parts.editions:
            advance(parts, issue, sending=sending)
    except WrongStateError:
        # Another scheduler was quicker: the compare-and-set let only one of us act.
        log.info("issue_taken_elsewhere", issue=issue.id)
    except DigestError as error:
        log.exception("issue_stuck", issue=issue.id)
        if isinstance(error, TemplateError | UnsoundError):
            with writing(parts.engine) as connection:
                faults.note(connection, issue, str(error), parts.clock.now())


def refresh(
    parts: Parts,
    *,
    due_only: bool = False,
    forced: Mapping[str, datetime] | None = None,
    done: Callable[[GatherReport], None] | None = None,
) -> list[GatherReport]:
    """Read the sources and say where their stories play and what they are about."""
    reports = gather(parts, due_only=due_only, forced=forced, done=done)
    parts.meter.done(GATHER)
    curate(parts)
    return reports


def advance(parts: Parts, issue: Issue, *, sending: bool = True) -> Issue:
    """Take one issue as far along the line as its time allows."""
    edition, now = parts.edition(issue.edition), parts.clock.now()
    send_by = issue.scheduled_at + timedelta(minutes=edition.send_by_minutes)
    late_now = now > send_by and issue.state is not IssueState.SENDING
    if late_now and not errata.waits(parts, issue):
        if not goes_late(parts, edition, issue):
            return _give_up(parts, issue)
        issue = late(parts, issue)
    begun = time.perf_counter()
    issue = compose(parts, issue)
    parts.meter.composed(issue.edition, time.perf_counter() - begun)
    parts.meter.step()
    if issue.state is not IssueState.SENDING and standing(parts, issue) is not None:
        return issue
    locks_at = issue.scheduled_at - timedelta(minutes=edition.lock_minutes)
    if now >= locks_at - timedelta(minutes=edition.review_minutes):
        issue = open_review(parts, issue)
    if now < locks_at:
        return issue
    issue = lock(parts, issue)
    if now >= issue.scheduled_at - BEFORE:
        issue = last_look(parts, issue)
    if now < issue.scheduled_at or undo_until(parts, issue) is not None:
        return issue
    if issue.state in {IssueState.DRAFTING, IssueState.REVIEW}:
        return _unanswered(parts, edition, issue)
    issue = look_again(parts, issue)
    return deliver(parts, issue) if sending else hand_out(parts, issue)


def deliver(parts: Parts, issue: Issue, progress: Callable[[int], None] | None = None) -> Issue:
    """From locked to sent: freeze the audience, hand over, close."""
    issue = address(parts, issue)
    if rests_until(parts, issue) is not None:
        return settle(parts, issue)
    if issue.state is IssueState.SENDING:
        report = send(parts, issue, progress)
        issue = settle(parts, issue)
        if report.paused and issue.state is IssueState.SENDING:
            with writing(parts.engine) as connection:
                issue = issues.explain(connection, issue, report.paused)
    return issue


def hand_out(parts: Parts, issue: Issue) -> Issue:
    """From locked to sent, where workers send: freeze the audience with its jobs, close."""
    issue = address(parts, issue)
    return share(parts, issue) if issue.state is IssueState.SENDING else issue


def send_now(parts: Parts, issue: Issue, progress: Callable[[int], None] | None = None) -> Issue:
    """Take an issue down the rest of the line now, whatever the hour.

    One that is sent, skipped or missed stays so; one that somebody may still take back stays
    locked until then. Raises WrongStateError when approval is required and missing, or the issue
    is paused, or held because sources fail.
    """
    guard(parts)
    if issue.state in UNFINISHED and (paused := standing(parts, issue)) is not None:
        raise WrongStateError(
            f"the issue is {paused}", hint=f"`digest resume {issue.id}`", issue=issue.id
        )
    if issue.state in UNFINISHED - {IssueState.SENDING}:
        with writing(parts.engine) as connection:
            issue = issues.reschedule(connection, issue, parts.clock.now())
    issue = last_look(parts, lock(parts, compose(parts, issue), who="operator"))
    if issue.state in {IssueState.DRAFTING, IssueState.REVIEW, IssueState.HELD}:
        asked = issue.hold in {None, Hold.APPROVAL}
        waits = "waits for approval" if asked else f"is held: {issue.reason}"
        raise WrongStateError(
            f"the issue {waits}", hint=f"`digest approve {issue.id}`", issue=issue.id
        )
    return issue if undo_until(parts, issue) is not None else deliver(parts, issue, progress)


def _unanswered(parts: Parts, edition: Edition, issue: Issue) -> Issue:
    """Nobody approved it by the time it is due: do what its edition says."""
    if standing(parts, issue) is not None:
        return issue  # it was approved, and taken back a moment ago
    why = "nobody approved it in time"
    if edition.approval is Approval.TWO_PERSON:
        why = "two people did not approve it in time"
    if issue.state is IssueState.REVIEW and issue.reason:
        why += f"; before that: {issue.reason}"
    if edition.on_no_approval is NoApproval.SEND:
        return lock(parts, issue, unapproved=f"{why}; it goes all the same, as its edition says")
    if edition.on_no_approval is NoApproval.SKIP:
        return skip(parts, issue, "scheduler", why)
    now = parts.clock.now()
    with writing(parts.engine) as connection:
        return issues.move(
            connection,
            issue,
            IssueState.HELD,
            "scheduler",
            now,
            reason=why,
            hold=Hold.APPROVAL,
        )


def _give_up(parts: Parts, issue: Issue) -> Issue:
    """Past send-by an issue is missed, or failed where it could not be made.

    Morning news is not sent at night; its stories roll over.
    """
    now, reason = parts.clock.now(), "past its send-by time"
    if issue.state is IssueState.HELD:
        reason += f"; held until then: {issue.reason}"
    with writing(parts.engine) as connection:
        newest = issues.latest(connection, issue.edition, until=now)
        if newest and newest.scheduled_at > issue.scheduled_at and issue.hold is None:
            reason = f"{COALESCED} {newest.local_date}: nothing was running when it was due"
        fault = faults.standing(connection, issue.id)
        after = IssueState.MISSED if fault is None else IssueState.FAILED
        if fault is not None:
            reason += f"; it could not be made: {fault}"
        return issues.move(connection, issue, after, "scheduler", now, reason=reason)
