"""doubtful: which deliveries nobody knows the end of, and what a person decides about them."""

from collections.abc import Collection
from datetime import timedelta

from digest.deliver.reconcile import at_work, reconcile
from digest.errors import WrongStateError
from digest.model import Decision, IssueId, IssueState, SubscriberId
from digest.steps.along import Along, nothing
from digest.steps.parts import Parts
from digest.store import decide as decisions
from digest.store import issues
from digest.store.decide import Decided, Doubtful, Which
from digest.store.engine import reading, writing


def doubtful(parts: Parts, issue: IssueId | None = None) -> list[Doubtful]:
    """Every delivery in doubt, of one issue or of all, after looking for evidence once more."""
    reconcile(parts.engine, parts.transport, parts.journals, parts.clock.now(), issue)
    with reading(parts.engine) as connection:
        return decisions.doubtful(connection, issue)


def known(parts: Parts, issue: IssueId) -> list[Doubtful]:
    """Those of an issue that are known to be in doubt; looks for no evidence."""
    with reading(parts.engine) as connection:
        return decisions.doubtful(connection, issue)


def decide(
    parts: Parts,
    number: IssueId,
    decision: Decision,
    who: str,
    *,
    batch: int | None = None,
    subscribers: Collection[SubscriberId] = (),
    late: bool = False,
    along: Along = nothing,
) -> Decided:
    """Decide about deliveries in doubt of an issue, a batch or some subscribers.

    Those whose sender may still be at work are left as they are. To send again opens an issue that
    was closed; past its send-by time only if ``late``, from when it counts anew. Raises
    WrongStateError and NotFoundError.
    """
    now = parts.clock.now()
    reconcile(parts.engine, parts.transport, parts.journals, now, number)
    which = Which(
        issue=number,
        batch=batch,
        subscribers=frozenset(subscribers),
        busy=at_work(parts.engine, parts.journals, number),
    )
    with writing(parts.engine) as connection:
        issue = issues.get(connection, number, to_change=True)
        decided = decisions.decide(connection, which, decision, who, now)
        along(connection)
        if decision is not Decision.RESEND or not decided.deliveries:
            return decided
        if issue.state is IssueState.CORRECTED:
            raise WrongStateError("its readers were told of a mistake in it", issue=number)
        minutes = timedelta(minutes=parts.edition(issue.edition).send_by_minutes)
        if late:
            issue = issues.reschedule(connection, issue, now)
        elif now >= issue.scheduled_at + minutes:
            raise WrongStateError(
                "it is past its send-by time", hint="--late sends them anyway", issue=number
            )
        if issue.state is IssueState.SENT:
            issues.move(
                connection, issue, IssueState.SENDING, who, now, reason="in doubt, sent again"
            )
    return decided
