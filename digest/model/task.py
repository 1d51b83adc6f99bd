"""What recurs by itself: retention, backups, tidying."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One of them, as it stands."""

    name: str
    #: none: only when somebody asks
    every: timedelta | None
    #: none: never yet
    begun_at: datetime | None
    #: none: at once, or never where it does not recur
    due_at: datetime | None
    #: what came of it last, where that is known
    last: str = ""
