"""Which weekdays an issue answers for: those since the one before it. Pure.

Readers who want mail on some days only are due by these, not by the issue's own date: their day
may be one on which no issue goes out, by plan or because one was missed.
"""

from datetime import date, timedelta

from digest.model import Edition

#: ISO weekdays, Monday is 1
EVERY_DAY = frozenset(range(1, 8))
_DAY = timedelta(days=1)


def answered_days(previous: date | None, on: date, weekdays: frozenset[int]) -> frozenset[int]:
    """The ISO weekdays after ``previous``, up to ``on``; none where ``previous`` is not before it.

    ``previous`` is the local date of the edition's issue that went out last, ``on`` that of this
    one. Where none went out, the day on which the edition was due before stands for it.
    """
    since = previous or _due_before(on, weekdays)
    passed = min((on - since).days, len(EVERY_DAY))
    return frozenset((on - back * _DAY).isoweekday() for back in range(passed))


def weekly(edition: Edition) -> frozenset[int]:
    """The ISO weekdays on which an edition goes every week; none where its rhythm is another."""
    return edition.weekdays if edition.every_weeks == 1 and not edition.monthly else frozenset()


def _due_before(on: date, weekdays: frozenset[int]) -> date:
    """The last day before ``on`` that is one of ``weekdays``; a week before where none is."""
    week = [on - back * _DAY for back in range(1, len(EVERY_DAY) + 1)]
    return next((day for day in week if day.isoweekday() in weekdays), week[-1])
