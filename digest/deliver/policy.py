"""What becomes of deliveries in doubt when nobody decides: held, sent again, or given up."""

from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.engine import Engine

from digest.deliver.reconcile import at_work
from digest.model import Decision, IssueId
from digest.store import decide
from digest.store.engine import writing

log = structlog.get_logger()


def follow_policy(
    engine: Engine, journals: Path, issue: IssueId, policy: Decision, now: datetime
) -> None:
    """Decide an issue's deliveries in doubt as config.toml says; none that somebody works on."""
    if policy is Decision.HOLD:
        return
    busy = at_work(engine, journals, issue)
    which = decide.Which(issue=issue, busy=busy, by_policy=True)
    with writing(engine) as connection:
        decided = decide.decide(connection, which, policy, "policy", now)
    if decided.deliveries:
        log.warning(
            "doubtful_decided", issue=issue, decision=policy.value, readers=decided.deliveries
        )
