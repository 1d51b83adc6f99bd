"""What editors decided about pairs of stories: one event, or two. Kept for good."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import StoryId
from digest.store.tables import event_rule


class Decision(StrEnum):
    """What an editor said of two stories."""

    #: of one event
    JOIN = "join"
    #: of different events
    SPLIT = "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule:
    """One decision; ``first`` is the lower id."""

    first: StoryId
    second: StoryId
    decision: Decision
    by: str


def decide(
    connection: Connection,
    one: StoryId,
    other: StoryId,
    decision: Decision,
    by: str,
    now: datetime,
) -> None:
    """Store a decision about two different stories; a later one takes the earlier's place."""
    forget(connection, one, other)
    connection.execute(
        sa.insert(event_rule).values(
            first=min(one, other), second=max(one, other), kind=decision.value, by=by, at=now
        )
    )


def forget(connection: Connection, one: StoryId, other: StoryId) -> None:
    """Leave two stories to the rules again."""
    connection.execute(
        sa.delete(event_rule).where(
            event_rule.c.first == min(one, other), event_rule.c.second == max(one, other)
        )
    )


def rules(connection: Connection, ids: Collection[StoryId]) -> tuple[EventRule, ...]:
    """The decisions about two of ``ids``."""
    wanted = set(ids)
    rows = connection.execute(
        sa.select(event_rule).order_by(event_rule.c.first, event_rule.c.second)
    )
    return tuple(
        EventRule(
            first=StoryId(row.first),
            second=StoryId(row.second),
            decision=Decision(row.kind),
            by=row.by,
        )
        for row in rows
        # Few rows and many ids: a database takes fewer parameters than a week has stories.
        if row.first in wanted and row.second in wanted
    )
