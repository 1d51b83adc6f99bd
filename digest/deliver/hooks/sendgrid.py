"""SendGrid's Event Webhook in our words.

Our custom arguments stand at the top of each event. What happened to mail that carries none (that
of others on the same account) is not ours; opens, clicks and the account's own events neither.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from digest.deliver.hooks.values import Whose, batch_ref, delivery_of, event_id, instant, text
from digest.deliver.severity import is_hard, numbers
from digest.model import DeliveryEvent, Dropped, EventKind

SOURCE = "sendgrid"
_KINDS = {
    "processed": EventKind.ACCEPTED,
    "delivered": EventKind.DELIVERED,
    "deferred": EventKind.DEFERRED,
    "bounce": EventKind.HARD_BOUNCE,
    "dropped": EventKind.DROPPED,
    "spamreport": EventKind.COMPLAINT,
    "unsubscribe": EventKind.UNSUBSCRIBE,
    "group_unsubscribe": EventKind.UNSUBSCRIBE,
}
#: why it dropped a message without trying, where that is the reader's state
_REASONS = {
    "bounced address": Dropped.BOUNCE,
    "invalid": Dropped.BOUNCE,
    "spam reporting address": Dropped.COMPLAINT,
    "unsubscribed address": Dropped.UNSUBSCRIBE,
    "group unsubscribe": Dropped.UNSUBSCRIBE,
}


def event(
    told: Mapping[str, Any], now: datetime, whose: Whose = delivery_of
) -> DeliveryEvent | None:
    """One event of a post; None if it is not for us. Raises BadEventError."""
    kind = _KINDS.get(text(told.get("event")))
    delivery = whose(told.get("dg_delivery")) if kind else None
    if kind is None or delivery is None:
        return None
    code = numbers(text(told.get("status")), text(told.get("reason")), text(told.get("response")))
    if kind is EventKind.HARD_BOUNCE and not _hard(told, code):
        kind = EventKind.SOFT_BOUNCE
    if kind is EventKind.DROPPED:
        code = _REASONS.get(text(told.get("reason")).strip().lower(), code)
    issue, subscriber = delivery
    return DeliveryEvent(
        id=event_id(SOURCE, told.get("sg_event_id"), told),
        kind=kind,
        issue=issue,
        subscriber=subscriber,
        at=instant(told.get("timestamp"), now),
        source=SOURCE,
        batch=batch_ref(told.get("dg_batch")),
        code=str(code),
    )


def _hard(told: Mapping[str, Any], code: str) -> bool:
    # A block is a refusal that may pass, such as one by reputation.
    return told.get("type") != "blocked" and is_hard(code, unless_told=True)
