"""Sharing a send: jobs for workers, and what a worker does with one."""

from contextlib import suppress
from functools import lru_cache

import structlog
from sqlalchemy.engine import Connection

from digest.deliver.dispatch import redirect
from digest.deliver.policy import follow_policy
from digest.deliver.queue import Job
from digest.deliver.sender import Sender
from digest.errors import WrongStateError
from digest.model import DeliveryState, Issue, IssueId, IssueState
from digest.steps.fsck import verify
from digest.steps.held import ways_of
from digest.steps.parts import Parts
from digest.steps.send import deadline, find_out, rests_until, sender, settle
from digest.store import control, issues, ledger, waiting
from digest.store.control import Control
from digest.store.engine import reading, writing

log = structlog.get_logger()

#: issues whose templates and rendered variants a worker keeps at a time
KEPT = 4


def enqueue(parts: Parts, connection: Connection, issue: Issue) -> None:
    """A job for each planned batch of an issue that has none, in this transaction."""
    jobs = [
        Job(one.issue_id, one.number, one.not_before)
        for one in waiting.planned(connection, issue.id)
    ]
    parts.queue.enqueue(connection, jobs)


def share(parts: Parts, issue: Issue) -> Issue:
    """Leave an issue that is being sent to the workers; close it when they are done.

    Nothing depends on a job that is lost: called at every tick, this puts it there again.
    """
    now = parts.clock.now()
    if rests_until(parts, issue) is None:
        verify(parts, issue.id)
        follow_policy(parts.engine, parts.journals, issue.id, parts.rules.doubtful, now)
        redirect(parts.engine, ways_of(parts, issue), issue.id, now)
    due_by = deadline(parts, issue).late(now)
    given_up = 0
    with writing(parts.engine) as connection:
        standing = control.standing(connection, issue.id)
        if standing and standing.control is Control.STOP:
            given_up = ledger.expire(connection, issue.id, now, str(standing))
        elif due_by and ledger.late(connection, issue.id, due_by):
            given_up = ledger.expire(connection, issue.id, now, due_by=due_by)
        elif standing:
            issue = issues.explain(connection, issue, str(standing))
        else:
            enqueue(parts, connection, issue)
    if given_up:
        log.warning("deliveries_expired", issue=issue.id, readers=given_up)
    return settle(parts, issue)


def tend(parts: Parts) -> None:
    """Settle what a process that died here left, and make jobs of what it left unsent."""
    if not find_out(parts).get(DeliveryState.PLANNED):
        return
    with writing(parts.engine) as connection:
        for issue in issues.in_states(connection, {IssueState.SENDING}):
            enqueue(parts, connection, issue)


class BatchWorker:
    """Sends the batches that a queue hands out, one at a time."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._senders = lru_cache(KEPT)(self._sender)

    def __call__(self, issue_id: IssueId, number: int) -> bool:
        """Send one batch; False where it was not due, or somebody else had it.

        The issue stops where it is no longer being sent. The last batch closes it.
        """
        parts = self._parts
        with reading(parts.engine) as connection:
            issue = issues.get(connection, issue_id)
        if parts.installation is not None and parts.installation.why_not():
            return False  # the scheduler has told it
        if issue.state is not IssueState.SENDING or issue.edition not in parts.editions:
            return False
        paused = self._senders(issue_id).send_one(
            issue_id, issue.edition, number, deadline=deadline(parts, issue)
        )
        if paused:
            log.warning("issue_paused", issue=issue_id, why=paused)
            with writing(parts.engine) as connection:
                issues.explain(connection, issue, paused)
        with suppress(WrongStateError):  # where another worker closed it a moment ago
            settle(parts, issue)
        return paused is not None

    def _sender(self, issue_id: IssueId) -> Sender:
        with reading(self._parts.engine) as connection:
            issue = issues.get(connection, issue_id)
        return sender(self._parts, issue)
