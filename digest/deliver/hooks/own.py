"""Events in our own vocabulary, from any relay that somebody translates. See docs/events.md."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from digest.deliver.hooks.values import (
    BadEventError,
    Whose,
    batch_ref,
    delivery_of,
    event_id,
    instant,
    text,
)
from digest.deliver.severity import numbers
from digest.model import DeliveryEvent, Dropped, EventKind

SOURCE = "hook"
_DROPPED = frozenset(one.value for one in Dropped)


def event(
    told: Mapping[str, Any],
    now: datetime,
    ref_in: Callable[[str], str | None],
    whose: Whose = delivery_of,
) -> DeliveryEvent | None:
    """One event; None if it is of no delivery of ours. Raises BadEventError.

    ``ref_in`` finds the ref in a Message-ID or an envelope sender of ours.
    """
    try:
        kind = EventKind(text(told.get("kind")))
    except ValueError as error:
        raise BadEventError("an unknown kind") from error
    marks = (ref_in(text(told.get(key))) for key in ("envelope_from", "message_id"))
    delivery = whose(told.get("delivery") or next(filter(None, marks), None))
    if delivery is None:
        return None
    code = text(told.get("code"))
    issue, subscriber = delivery
    return DeliveryEvent(
        id=event_id(SOURCE, told.get("id"), told),
        kind=kind,
        issue=issue,
        subscriber=subscriber,
        at=instant(told.get("at"), now),
        source=SOURCE,
        batch=batch_ref(told.get("batch")),
        code=code if code in _DROPPED else numbers(code),
    )
