"""Until when an issue's mail may go: morning news is not sent at night."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Mail may go ``within`` of the time at which it is due; what is left then expires.

    Due is when its issue is, or later where its readers chose an hour (``batch.due_at``). So of
    an issue that is rescheduled all of it may go ``within`` of the new time at least.
    """

    #: when the issue is due
    scheduled: datetime
    within: timedelta

    def late(self, now: datetime) -> datetime | None:
        """What was due by then is late now; None: nothing is."""
        due_by = now - self.within
        return due_by if self.scheduled <= due_by else None
