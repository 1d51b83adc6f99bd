"""When an edition is due: exactly one instant per local date, in every zone. Pure.

APScheduler's cron triggers lose a day in spring or fire twice in autumn in most zones that change
their clocks, so the times are ours and APScheduler is only the tick (schedule/clock.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.model import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One local date on which an edition is due, and the instant of it in UTC."""

    local_date: date
    at: datetime


def instant(day: date, clock_time: time, zone: ZoneInfo) -> datetime:
    """The instant at which ``zone``'s clocks show ``clock_time`` on ``day``, in UTC.

    Shown twice (autumn): the first of the two. Never shown (spring): the first instant after
    the gap.
    """
    wall = datetime.combine(day, clock_time)
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wall:
        return at
    # In a gap. Read with the offset after the change the wall time lies before the change, read
    # with the offset before it lies after: the change itself is between the two.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _change(before, at, zone)


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first whole second in (before, after] with the UTC offset that ``after`` has."""
    new_offset = after.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == new_offset:
            high = middle
        else:
            low = middle
    return before + timedelta(seconds=high)


def on(edition: Edition, day: date) -> Occurrence:
    """The occurrence of ``edition`` on ``day``, whether or not it goes out on that weekday."""
    clock_time = time.fromisoformat(edition.time)
    return Occurrence(local_date=day, at=instant(day, clock_time, ZoneInfo(edition.zone)))


def between(edition: Edition, after: datetime, until: datetime) -> Iterator[Occurrence]:
    """The occurrences with ``after`` < instant ≤ ``until``, in order."""
    zone = ZoneInfo(edition.zone)
    # A zone may skip a whole local date (Samoa, 2011): one day of margin on both sides.
    day = after.astimezone(zone).date() - timedelta(days=1)
    last = until.astimezone(zone).date() + timedelta(days=1)
    while day <= last:
        if day.isoweekday() in edition.weekdays:
            occurrence = on(edition, day)
            if after < occurrence.at <= until:
                yield occurrence
        day += timedelta(days=1)


def rhythm(edition: Edition, now: datetime) -> timedelta:
    """The time between the occurrence before ``now`` and the one after it."""
    week = timedelta(days=8)
    before = [occurrence.at for occurrence in between(edition, now - week, now)]
    after = next(between(edition, now, now + week))
    return after.at - before[-1]
