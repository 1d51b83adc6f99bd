"""coming: when an edition goes out, as its schedule and its people have it.

This is the one place that says so for days to come: the schedule with its holidays, days that
somebody left out, and pauses.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from digest.model import Edition
from digest.schedule.occurrences import FAR, Occurrence, between, on, previous
from digest.store import days_off, edition_pauses


def coming(
    connection: Connection, edition: Edition, after: datetime, until: datetime
) -> list[Occurrence]:
    """The occurrences with ``after`` < instant ≤ ``until``, in order, without those kept in."""
    kept = keeping(connection, edition)
    return [one for one in between(edition, after, until) if not kept(one)]


def first_coming(connection: Connection, edition: Edition, now: datetime) -> Occurrence | None:
    """The next occurrence after ``now``; None: there is none within ``FAR``."""
    pauses = edition_pauses.of(connection, edition.slug)
    if any(one.until is None and one.ended_at is None for one in pauses):
        return None
    kept = keeping(connection, edition)
    return next((one for one in between(edition, now, now + FAR) if not kept(one)), None)


def kept_in(connection: Connection, edition: Edition, one: Occurrence) -> bool:
    """Whether somebody left the day out, or has paused the edition over it."""
    return keeping(connection, edition)(one)


def keeping(connection: Connection, edition: Edition) -> Callable[[Occurrence], bool]:
    """Tells of occurrences whether people keep them in."""
    off = days_off.of(connection, edition.slug)
    pauses = edition_pauses.of(connection, edition.slug)
    return lambda one: (
        one.local_date in off or any(pause.keeps(one.local_date, one.at) for pause in pauses)
    )


def covered(connection: Connection, edition: Edition, now: datetime) -> datetime | None:
    """Until when pauses have let stories pass by; None: there was no pause.

    That is the lock of the last issue that a pause kept in: what came before it would have gone
    with it, or with one before.
    """
    found: list[datetime] = []
    for one in edition_pauses.of(connection, edition.slug):
        end = one.ended_at or now
        if one.until is not None:
            end = min(end, on(edition, one.until).at - timedelta(seconds=1))
        last = previous(edition, min(end, now))
        if last is not None and one.keeps(last.local_date, last.at):
            found.append(last.at - timedelta(minutes=edition.lock_minutes))
    return max(found, default=None)
