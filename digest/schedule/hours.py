"""When a reader gets an issue who wants it at an hour of their own day. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.schedule.occurrences import instant

_DAY = timedelta(days=1)


def due(scheduled: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """The first instant at or after ``scheduled`` that is in this hour (0 to 23) of ``zone``'s day.

    Where the clocks leave the hour out, the first instant after the gap; where they show it twice,
    the first. At most 24 hours later, but for a change of the clocks in between.
    """
    local = scheduled.astimezone(zone)
    if local.hour == hour:
        return scheduled
    # A zone may skip a whole local date, or an hour at the end of one: a day of margin.
    starts = (instant(local.date() + days * _DAY, time(hour), zone) for days in (-1, 0, 1, 2))
    return next(at for at in starts if at >= scheduled)


@dataclass(frozen=True, slots=True)
class Local:
    """Of a reader-local edition: each reader gets an issue on its date, by their own clock."""

    day: date
    #: for readers who named no hour
    clock_time: time

    def due(self, scheduled: datetime, hour: int | None, zone: ZoneInfo) -> datetime:
        """When a reader in ``zone`` gets it, or at an hour of theirs; never before ``scheduled``.

        An hour that is over there when the first wave goes is that of the next day.
        """
        at = instant(self.day, self.clock_time if hour is None else time(hour), zone)
        if at >= scheduled:
            return at
        return scheduled if hour is None else due(scheduled, hour, zone)


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of an issue's readers, each zone's asked for once."""

    scheduled: datetime
    #: the edition's, for readers who named none
    zone: ZoneInfo
    #: None: it goes to all at once, but for those who named an hour
    local: Local | None = None
    _known: dict[tuple[int | None, str], datetime | None] = field(default_factory=dict)

    def due(self, hour: int | None, zone: str) -> datetime | None:
        """When a reader gets it; None: as soon as it goes."""
        if (hour, zone) not in self._known:
            at = self._due(hour, self._zone(zone))
            self._known[hour, zone] = at if at > self.scheduled else None
        return self._known[hour, zone]

    def _due(self, hour: int | None, zone: ZoneInfo) -> datetime:
        if self.local is not None:
            return self.local.due(self.scheduled, hour, zone)
        return self.scheduled if hour is None else due(self.scheduled, hour, zone)

    def _zone(self, name: str) -> ZoneInfo:
        try:
            return ZoneInfo(name) if name else self.zone
        except (KeyError, ValueError, OSError):
            # What is unknown here may be known to another machine's tables: no reader is lost.
            return self.zone
