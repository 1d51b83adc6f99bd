"""What somebody should hear of, of an issue or of a source."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digest.ids import IssueId


class AlertKind(StrEnum):
    """Why an alert is raised."""

    #: too few stories while sources fail: it waits for them
    HELD_SOURCES_FAILED = "held_sources_failed"
    #: nobody approved it in time
    HELD_APPROVAL = "held_approval"
    #: preflight blocks it
    HELD_PREFLIGHT = "held_preflight"
    #: a story of it was taken back at the last look
    HELD_STORIES = "held_stories"
    #: its site gives no clear answer: it waits, or went as it was approved
    SITE_TROUBLE = "site_trouble"
    #: its hour is past, and nothing of it has gone
    LATE = "late"
    #: it could not be made until its send-by time; nobody got it
    FAILED = "failed"
    #: past its send-by time; nobody got it
    MISSED = "missed"
    #: somebody, or the error budget, paused it on its way
    PAUSED = "paused"
    #: too few stories, and its edition's rule was followed
    SHORT = "short"
    #: more readers complained than the limit allows: it was paused, or was sent already
    COMPLAINTS = "complaints"
    #: a source that nobody could read for so long, or that its publisher took away
    SOURCE_DEAD = "source_dead"


#: what happened, and cannot be undone: it does not stand
DONE = frozenset({AlertKind.FAILED, AlertKind.MISSED, AlertKind.SHORT, AlertKind.COMPLAINTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """When something is late, or dead."""

    late: timedelta = timedelta(minutes=10)
    dead: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert. ``about`` and ``time`` name it for ever: what is so again is another."""

    about: str
    kind: AlertKind
    why: str
    edition: str | None = None
    issue: IssueId | None = None
    source: str | None = None
    time: int = 1
    raised_at: datetime | None = None
    resolved_at: datetime | None = None
    #: how it came right, for a person; empty: it has not, or nobody need hear of it
    resolution: str = ""

    @property
    def ref(self) -> str:
        """Its name in letters and posts."""
        return f"alert-{self.about}" + (f"-{self.time}" if self.time > 1 else "")
