"""The rules of [sending] and [alerts], as the steps take them."""

from datetime import timedelta

from digest.config.settings import Sending
from digest.config.watching import Alerts
from digest.deliver.budget import Budget
from digest.model import AlertRules, Decision
from digest.steps.parts import SendingRules


def sending_rules(given: Sending) -> SendingRules:
    """What becomes of doubts, pauses and second thoughts."""
    budget = given.error_budget
    return SendingRules(
        doubtful=Decision(given.doubtful),
        undo=timedelta(minutes=given.undo_minutes),
        resume_within=timedelta(hours=given.resume_hours),
        budget=Budget(messages=budget.messages, share=budget.share),
        per_second=given.messages_per_second,
    )


def alert_rules(given: Alerts) -> AlertRules:
    """When an issue is late, and a source dead."""
    return AlertRules(
        late=timedelta(minutes=given.late_minutes), dead=timedelta(hours=given.source_dead_hours)
    )
