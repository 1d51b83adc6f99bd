"""When a person wants an edition: whether an issue is theirs, by the weekdays it answers for.

An issue answers for ISO weekdays: those since the one before it. So who is due once a week is due
once, also where no issue goes out on their very day.
"""

from datetime import datetime

import sqlalchemy as sa

from subscribers.model import Frequency
from subscribers.tables import subscriber

MONDAY_TO_FRIDAY = frozenset({1, 2, 3, 4, 5})


def is_due(frequency: Frequency, weekly_on: int, days: frozenset[int]) -> bool:
    """Whether somebody of this frequency gets an issue that answers for ``days``."""
    match frequency:
        case Frequency.EVERY:
            return True
        case Frequency.WEEKDAYS:
            return not MONDAY_TO_FRIDAY.isdisjoint(days)
        case Frequency.WEEKLY:
            return weekly_on in days


def due(days: frozenset[int]) -> sa.ColumnElement[bool]:
    """SQL: this row's subscriber gets an issue that answers for ``days``."""
    always = [one for one in (Frequency.EVERY, Frequency.WEEKDAYS) if is_due(one, 0, days)]
    return sa.or_(
        subscriber.c.frequency.in_(always),
        sa.and_(
            subscriber.c.frequency == Frequency.WEEKLY, subscriber.c.weekly_on.in_(sorted(days))
        ),
    )


def paused(now: datetime) -> sa.ColumnElement[bool]:
    """SQL: this row's subscriber wants nothing now. Never null: a pause ends by itself."""
    until = subscriber.c.paused_until
    return sa.and_(until.is_not(None), until > now)
