"""Quiet hours: when mail outside the schedule lets a reader sleep. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from digest.model import QuietHours
from digest.schedule.occurrences import instant


def ends(at: datetime, quiet: QuietHours, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours that ``at`` lies in end by ``zone``'s clock; None: it lies in none."""
    local = at.astimezone(zone)
    begins, until, now = quiet.begins, quiet.ends, local.time()
    over_night = until <= begins
    if not (now >= begins or now < until if over_night else begins <= now < until):
        return None
    day = local.date() + timedelta(days=over_night and now >= begins)
    return max(at, instant(day, until, zone))


@dataclass(frozen=True, slots=True)
class Waits:
    """Until when readers of one issue are left in peace, each zone asked for once."""

    scheduled: datetime
    quiet: QuietHours | None
    #: the edition's, for readers who named none
    zone: ZoneInfo
    _known: dict[str, datetime | None] = field(default_factory=dict)

    def due(self, zone: str) -> datetime | None:
        """When a reader gets it; None: as soon as it goes."""
        if self.quiet is None:
            return None
        if zone not in self._known:
            self._known[zone] = ends(self.scheduled, self.quiet, self._zone(zone))
        return self._known[zone]

    def _zone(self, name: str) -> ZoneInfo:
        try:
            return ZoneInfo(name) if name else self.zone
        except (KeyError, ValueError, OSError):
            # What is unknown here may be known to another machine's tables: no reader is lost.
            return self.zone
