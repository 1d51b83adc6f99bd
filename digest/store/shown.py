"""What people were shown of an issue, by revision: so that a later look can tell what changed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Issue, SlotMode, StoryId
from digest.store import issues, minutes
from digest.store.issues import Draft
from digest.store.tables import issue_event, story

#: the ``issue_event.what`` under which it stands
SHOWN = "shown"
#: headlines that are named
_NAMED = 3


def note(connection: Connection, issue: Issue, draft: Draft, now: datetime, who: str) -> None:
    """Write down which stories this revision holds, once."""
    if _of(connection, issue, issue.revision) is None:
        told = ",".join(str(key) for key in stories(draft))
        minutes.write(connection, issue.id, now, who, SHOWN, str(issue.revision), told)


def difference(connection: Connection, issue: Issue, since: int) -> str:
    """What is new or gone since revision ``since``, for a person; empty where nothing is."""
    if since == issue.revision:
        return ""
    now = stories(issues.draft_of(connection, issue.id))
    before = _of(connection, issue, since)
    if before is None:
        return f"it is revision {issue.revision} now, not {since}"
    new = [key for key in now if key not in before]
    gone = [key for key in before if key not in now]
    names = _headlines(connection, [*new, *gone])
    told = [
        f"{word}: {_listed([names.get(key, f'story {key}') for key in keys])}"
        for word, keys in (("new", new), ("gone", gone))
        if keys
    ]
    return "; ".join(told) or "the same stories stand in another order or with other words"


def before(connection: Connection, one: Issue) -> int | None:
    """The revision that people saw last, other than the present one; None: they saw none."""
    told: str | None = connection.scalar(
        sa.select(issue_event.c.after)
        .where(
            issue_event.c.issue_id == one.id,
            issue_event.c.what == SHOWN,
            issue_event.c.after != str(one.revision),
        )
        .order_by(issue_event.c.id.desc())
        .limit(1)
    )
    return None if told is None else int(told)


def stories(draft: Draft) -> list[StoryId]:
    """The stories that an issue shows, in the order of its sections and slots."""
    return [slot.story for slot in draft.slots if slot.mode is not SlotMode.REMOVED]


def _of(connection: Connection, issue: Issue, revision: int) -> list[StoryId] | None:
    told: str | None = connection.scalar(
        sa.select(issue_event.c.note)
        .where(
            issue_event.c.issue_id == issue.id,
            issue_event.c.what == SHOWN,
            issue_event.c.after == str(revision),
        )
        .limit(1)
    )
    return None if told is None else [StoryId(int(key)) for key in told.split(",") if key]


def _headlines(connection: Connection, keys: list[StoryId]) -> dict[StoryId, str]:
    rows = connection.execute(
        sa.select(story.c.id, story.c.headline).where(story.c.id.in_(keys[: 2 * _NAMED]))
    )
    return {StoryId(row.id): row.headline for row in rows}


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED
    return "; ".join(names[:_NAMED]) + (f"; and {more} more" if more > 0 else "")
