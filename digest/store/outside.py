"""Entries in the journal beside the database: what went since a backup, for whoever restores it.

Issues whose audience was frozen, and batches that were claimed. Written and flushed right before
their transaction commits, by whatever the engine was given (see ``Outside``); where it was given
nothing, as in tests of a part alone, nothing is written.
"""

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.engine import Connection

from digest.model import Batch, Issue

#: the engine's option, and under which name a connection holds what it noted
OPTION, PENDING = "departures", "departures_pending"
#: what entries are called
ADDRESSED, CLAIMED, BACKUP = "addressed", "claimed", "backup"


class Outside(Protocol):
    """A journal that stands beside the database."""

    def append(self, entries: list[dict[str, Any]]) -> None:
        """Add entries, flushed to disk. Raises OSError."""


def addressed(connection: Connection, issue: Issue) -> None:
    """The audience of an issue is frozen: from now on it goes."""
    _note(
        connection,
        {
            "what": ADDRESSED,
            "issue": issue.id,
            "edition": issue.edition,
            "date": issue.local_date.isoformat(),
            "sequence": issue.sequence,
            "due": issue.scheduled_at.isoformat(),
        },
    )


def claimed(connection: Connection, batch: Batch, owner: str, now: datetime) -> None:
    """A batch is about to be handed over."""
    _note(
        connection,
        {
            "what": CLAIMED,
            "issue": batch.issue,
            "batch": batch.number,
            "attempt": batch.attempt,
            "owner": owner,
            "at": now.isoformat(),
        },
    )


def _note(connection: Connection, entry: dict[str, Any]) -> None:
    if OPTION in connection.get_execution_options():
        connection.info.setdefault(PENDING, []).append(entry)
