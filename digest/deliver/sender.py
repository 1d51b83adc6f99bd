"""Sends an issue: claim, commit, call the provider, commit. Nothing is sent inside a transaction.

Killed anywhere, it is simply run again: what was in flight is found out first (reconcile.py).
"""

from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import structlog
from sqlalchemy.engine import Engine
from structlog.contextvars import bound_contextvars

from digest.deliver.budget import Budget, Spent
from digest.deliver.deadline import Deadline
from digest.deliver.evidence import conclude
from digest.deliver.journal import FileJournal
from digest.deliver.pace import LONGEST, ProviderBusyError, come_again
from digest.deliver.policy import follow_policy
from digest.deliver.reconcile import reconcile
from digest.errors import DigestError, TemplateError, TransportError
from digest.model import (
    Batch,
    Decision,
    DeliveryState,
    IssueId,
    Message,
    Outcome,
    SubscriberId,
)
from digest.protocols import Audience, Clock, Recipient, Transport
from digest.store import control, ledger
from digest.store.control import Control
from digest.store.engine import reading, writing

log = structlog.get_logger()

#: makes the messages of a batch; may leave some out, which counts as rejected
Compose: TypeAlias = Callable[[Batch, Mapping[SubscriberId, Recipient]], Sequence[Message]]

#: long against any provider's timeout: past it, another machine calls the batch doubtful
LEASE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport:
    """How an issue stands after a run."""

    #: all its deliveries by state
    counts: Mapping[DeliveryState, int]
    #: what this run's own attempts came to
    handed: Mapping[DeliveryState, int]
    #: why the run stopped early, for a person; empty when it did not
    paused: str = ""
    #: when it is worth running again, if deliveries wait for a time
    next_at: datetime | None = None


@dataclass(slots=True)
class _Run:
    """One run over an issue, as far as it has come."""

    issue: IssueId
    edition: str
    spent: Spent
    handed: Counter[DeliveryState] = field(default_factory=Counter)
    paused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Sends what the ledger holds of an issue. Any number may work on one issue at a time."""

    engine: Engine
    transport: Transport
    audience: Audience
    compose: Compose
    #: folder of the journals, on this machine
    journals: Path
    clock: Clock
    #: who claims: ``host:pid:…``, of no other process ever
    owner: str
    lease: timedelta = LEASE
    #: by name, where batches go by different ones; ``transport`` then speaks for all of them
    routes: Mapping[str, Transport] = field(default_factory=dict)
    #: claim only what goes by this route
    only: str | None = None
    #: what becomes of deliveries in doubt when nobody decides
    doubtful: Decision = Decision.HOLD
    budget: Budget = field(default_factory=Budget)
    #: asked before each batch: whether to stop cleanly
    stop: Callable[[], bool] = lambda: False

    def send_issue(
        self,
        issue: IssueId,
        edition: str,
        *,
        deadline: Deadline | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> SendReport:
        """Send what is due of an issue, batch by batch; past ``deadline`` give up what is late.

        ``progress`` hears after each batch how many deliveries it settled. A provider that cannot
        be used pauses the issue (``SendReport.paused``). An interrupt releases the batch at work:
        what was not handed over is planned again.
        """
        run = _Run(issue, edition, Spent(self.budget))
        reconcile(self.engine, self.transport, self.journals, self.clock.now(), issue)
        follow_policy(self.engine, self.journals, issue, self.doubtful, self.clock.now())
        while not run.paused and self._goes_on(run, deadline):
            claimed = self._claim(issue)
            if claimed is None:
                break
            with _told_of(run, claimed[0]):
                settled = self._send_batch(run, *claimed)
            if progress:
                progress(settled)
        return self._report(run)

    def send_one(
        self, issue: IssueId, edition: str, number: int, *, deadline: Deadline | None = None
    ) -> str | None:
        """Send one batch of an issue; None where it is not due or not ours to send.

        Else why the issue pauses, empty where it does not. Costs the same however large the issue.
        """
        run = _Run(issue, edition, Spent(self.budget))
        if not self._goes_on(run, deadline):
            return None
        claimed = self._claim(issue, number)
        if claimed is None:
            return None
        with _told_of(run, claimed[0]):
            self._send_batch(run, *claimed)
        return run.paused

    def _goes_on(self, run: _Run, deadline: Deadline | None) -> bool:
        """Whether another batch may go; what else is to be done about the rest, is done."""
        if self.stop():
            run.paused = "stopped"
            return False
        with reading(self.engine) as connection:
            standing = control.standing(connection, run.issue)
        if standing is None:
            due_by = deadline and deadline.late(self.clock.now())
            if due_by and self._is_late(run.issue, due_by):
                self._expire(run.issue, ledger.PAST, due_by)
            return True
        if standing.control is Control.STOP:
            self._expire(run.issue, str(standing))
        else:
            run.paused = str(standing)
        return False

    def _claim(self, issue: IssueId, number: int | None = None) -> tuple[Batch, FileJournal] | None:
        journal = None
        try:
            with writing(self.engine) as connection:
                now = self.clock.now()
                batch = ledger.claim(
                    connection, issue, self.owner, now, self.lease, number, route=self.only
                )
                if batch is None:
                    return None
                # Inside the claim: a committed claim without a journal is another machine's.
                journal = FileJournal.open(self.journals, batch.ref, self.owner)
        except BaseException:
            # Whether the commit took, nobody knows now; the empty journal stays to tell.
            if journal:
                journal.close()
            raise
        return batch, journal

    def _send_batch(self, run: _Run, batch: Batch, journal: FileJournal) -> int:
        """Send one claimed batch and settle it, whatever happens; returns how many are settled."""
        told: dict[SubscriberId, Outcome] = {}
        not_before = come_again(batch.attempt, self.clock.now())
        try:
            messages = self._messages(run.edition, batch, told)
            self._hand_over(batch, messages, journal, told)
        except TransportError as error:
            if isinstance(error, ProviderBusyError) and error.until is not None:
                now = self.clock.now()
                not_before = min(max(error.until, now), now + LONGEST)
            run.paused = str(error)
        except Exception as error:
            # A fault of ours: the next run comes to it again, but not at once.
            run.paused = type(error).__name__
            self._settle(run, batch, journal, told, not_before)
            raise
        except BaseException:
            self._settle(run, batch, journal, told, None)
            raise
        outcomes = self._settle(run, batch, journal, told, not_before)
        return sum(outcome.state not in ledger.OPEN for outcome in outcomes)

    def _messages(
        self, edition: str, batch: Batch, told: dict[SubscriberId, Outcome]
    ) -> Sequence[Message]:
        """The batch's messages; who gets none is written into ``told``."""
        found = self.audience.recipients(edition, list(batch.deliveries), self.clock.now())
        recipients: dict[SubscriberId, Recipient] = {}
        for subscriber in batch.deliveries:
            who = found.get(subscriber, "unknown")
            if isinstance(who, str):
                told[subscriber] = _outcome(subscriber, DeliveryState.EXCLUDED, who)
            else:
                recipients[subscriber] = who
        messages = self._compose(batch, recipients, told)
        for subscriber in recipients.keys() - {message.subscriber for message in messages}:
            told.setdefault(
                subscriber, _outcome(subscriber, DeliveryState.REJECTED, "not composed")
            )
        return messages

    def _compose(
        self,
        batch: Batch,
        recipients: Mapping[SubscriberId, Recipient],
        told: dict[SubscriberId, Outcome],
    ) -> Sequence[Message]:
        try:
            return self.compose(batch, recipients)
        except (TemplateError, TransportError):
            # Nobody's own fault: the issue waits as it is until that is mended.
            raise
        except DigestError:
            log.warning("composing_one_by_one", batch=batch.ref)
        # So that the one that cannot be made holds up nobody else.
        messages: list[Message] = []
        for subscriber, recipient in recipients.items():
            try:
                messages += self.compose(batch, {subscriber: recipient})
            except DigestError as error:
                told[subscriber] = _not_composed(subscriber, error)
        return messages

    def _hand_over(
        self,
        batch: Batch,
        messages: Sequence[Message],
        journal: FileJournal,
        told: dict[SubscriberId, Outcome],
    ) -> None:
        if not messages:
            return
        renew_at = self.clock.now() + self.lease / 2
        transport = self.routes.get(batch.route or "", self.transport)
        answers = transport.send(batch.ref, messages, journal)
        try:
            for outcome in answers:
                if outcome.subscriber in batch.deliveries:
                    told[outcome.subscriber] = outcome
                if (now := self.clock.now()) >= renew_at:
                    with writing(self.engine) as connection:
                        ours = ledger.renew(connection, batch, self.owner, now, self.lease)
                    if not ours:
                        # Late, and called doubtful: somebody may decide to send them again.
                        raise TransportError("took longer than its lease", batch=batch.ref)
                    renew_at = now + self.lease / 2
        finally:
            # Its connections must be at rest before the journal is read.
            if isinstance(answers, Generator):
                answers.close()

    def _settle(
        self,
        run: _Run,
        batch: Batch,
        journal: FileJournal,
        told: Mapping[SubscriberId, Outcome],
        not_before: datetime | None,
    ) -> list[Outcome]:
        try:
            now = self.clock.now()
            # Where every message has its answer the journal can add nothing.
            said = journal.read() if len(told) < len(batch.deliveries) else None
            outcomes = conclude(batch, self.transport, said, told)
            run.handed.update(outcome.state for outcome in outcomes)
            run.spent.add(outcomes)
            with writing(self.engine) as connection:
                ours = ledger.settle(
                    connection,
                    batch,
                    self.owner,
                    outcomes,
                    now,
                    not_before=not_before,
                    note=run.paused,
                )
                if run.paused and not_before:
                    ledger.pause(connection, batch.issue, not_before, batch.route)
                if run.spent.over:
                    run.paused = run.spent.over
                    control.say(
                        connection, batch.issue, Control.PAUSE, "error budget", now, run.paused
                    )
        except BaseException:
            # Let go of it, or nobody could find out what it says while this process lives.
            journal.close()
            raise
        if ours:
            journal.discard()
        else:
            # What it says is still true: whoever has the batch now finds it there.
            journal.close()
            log.warning("batch_taken_over", batch=batch.ref)
        return outcomes

    def _is_late(self, issue: IssueId, due_by: datetime) -> bool:
        with reading(self.engine) as connection:
            return ledger.late(connection, issue, due_by)

    def _expire(self, issue: IssueId, why: str, due_by: datetime | None = None) -> None:
        with writing(self.engine) as connection:
            given_up = ledger.expire(connection, issue, self.clock.now(), why, due_by)
        if given_up:
            log.warning("deliveries_expired", issue=issue, readers=given_up)

    def _report(self, run: _Run) -> SendReport:
        with reading(self.engine) as connection:
            counts = ledger.counts(connection, run.issue)
            next_at = ledger.next_at(connection, run.issue)
        if run.paused:
            log.warning("issue_paused", issue=run.issue, why=run.paused)
        return SendReport(counts=counts, handed=run.handed, paused=run.paused, next_at=next_at)


def _told_of(run: _Run, batch: Batch) -> AbstractContextManager[None]:
    """Whatever is logged within says of which batch."""
    return bound_contextvars(issue=run.issue, edition=run.edition, batch=batch.ref)


def _outcome(subscriber: SubscriberId, state: DeliveryState, code: str) -> Outcome:
    return Outcome(subscriber=subscriber, state=state, code=code)


def _not_composed(subscriber: SubscriberId, error: DigestError) -> Outcome:
    return _outcome(
        subscriber, DeliveryState.REJECTED, f"{type(error).__name__}: {error.message}"[:200]
    )
