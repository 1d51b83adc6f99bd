"""The slots that editors place, one at a time, in an issue that still fills."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Issue, Slot, StoryId
from digest.store import codec
from digest.store.tables import issue, issue_event, slot


def place(connection: Connection, one: Issue, placed: Slot, who: str, now: datetime) -> None:
    """Put an editor's slot where the story's slot was, if it had one; its overrides stay."""
    mine = _mine(one, placed.story)
    values: dict[str, Any] = {
        "section": placed.section,
        "position": placed.position,
        "mode": placed.mode.value,
        "reason": placed.reason,
    }
    if not connection.execute(sa.update(slot).where(*mine).values(values)).rowcount:
        overrides = codec.dump(codec.OVERRIDES, placed.overrides)
        key = {"issue_id": one.id, "story_id": placed.story}
        connection.execute(sa.insert(slot).values({**key, **values, "overrides": overrides}))
    told = f"story {placed.story} in {placed.section} at {placed.position + 1}"
    _changed(connection, one, placed.mode.value, told, who, now)


def release(connection: Connection, one: Issue, story: StoryId, who: str, now: datetime) -> None:
    """Leave a story to the rules again."""
    connection.execute(sa.delete(slot).where(*_mine(one, story)))
    _changed(connection, one, "released", f"story {story}", who, now)


def _mine(one: Issue, story: StoryId) -> tuple[sa.ColumnElement[bool], ...]:
    return slot.c.issue_id == one.id, slot.c.story_id == story


def _changed(
    connection: Connection, one: Issue, after: str, note: str, who: str, now: datetime
) -> None:
    """The revision goes up, so that whoever composes from what stood before begins again."""
    connection.execute(
        sa.update(issue)
        .where(issue.c.id == one.id)
        .values(revision=issue.c.revision + 1, content_hash="")
    )
    connection.execute(
        sa.insert(issue_event).values(
            issue_id=one.id, at=now, who=who, what="slot", before="", after=after, note=note
        )
    )
