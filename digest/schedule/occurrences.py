"""When an edition is due: exactly one instant per local date, in every zone. Pure.

APScheduler's cron triggers lose a day in spring or fire twice in autumn in most zones that change
their clocks, so the times are ours and APScheduler is only the tick (schedule/clock.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.model import Edition
from digest.schedule.dates import dates, goes, holiday

#: so far ahead, and back, an edition's next issue is looked for; after that it never comes
FAR = timedelta(days=400)
#: the rhythm of an edition that never goes out
_MONTH = timedelta(days=31)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One local date on which an edition is due, and the instant of it in UTC."""

    local_date: date
    at: datetime
    #: the name of the holiday that it is; empty: it is none
    holiday: str = ""


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
    """The occurrence of ``edition`` on ``day``, whether or not it goes out on that day.

    Of a reader-local edition the instant is that of its first wave.
    """
    clock_time = time.fromisoformat(edition.time)
    zone = edition.first_zone if edition.reader_local else edition.zone
    at = instant(day, clock_time, ZoneInfo(zone))
    return Occurrence(local_date=day, at=at, holiday=holiday(edition, day))


def of_date(edition: Edition, day: date) -> Occurrence | None:
    """The occurrence of ``edition`` on ``day``; None: it does not go out then."""
    return on(edition, day) if goes(edition, day) else None


def between(edition: Edition, after: datetime, until: datetime) -> Iterator[Occurrence]:
    """The occurrences with ``after`` < instant ≤ ``until``, in order."""
    zone = ZoneInfo(edition.zone)
    # A zone may skip a whole local date (Samoa, 2011), and another be a day ahead of it: two days
    # of margin on both sides.
    first = after.astimezone(zone).date() - 2 * _DAY
    last = until.astimezone(zone).date() + 2 * _DAY
    for day in dates(edition, first, last):
        occurrence = on(edition, day)
        if after < occurrence.at <= until:
            yield occurrence


def upcoming(edition: Edition, now: datetime) -> Occurrence | None:
    """The next occurrence after ``now``; None: there is none within ``FAR``."""
    return next(between(edition, now, now + FAR), None)


def previous(edition: Edition, now: datetime) -> Occurrence | None:
    """The last occurrence up to ``now``; None: there was none within ``FAR``."""
    span = timedelta(days=8)
    while span < 2 * FAR:
        found = list(between(edition, now - span, now))
        if found:
            return found[-1]
        span *= 4
    return None


def rhythm(edition: Edition, now: datetime) -> timedelta:
    """The time between the occurrence before ``now`` and the one after it."""
    before, after = previous(edition, now), upcoming(edition, now)
    return after.at - before.at if before and after else _MONTH
