"""In which issues readers had a story already: that it stood in one, not that it might have."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.curate.lifecycle import WENT
from digest.model import IssueId, SlotMode, StoryId
from digest.store import ledger
from digest.store.tables import delivery, issue, seen, slot
from digest.store.windows import SeenReason


@dataclass(frozen=True, slots=True, kw_only=True)
class SentIn:
    """An issue that had a story and reached somebody."""

    edition: str
    issue: IssueId
    #: false: it stood only in the mail of readers whose choices are their own
    to_all: bool


def sent_in(
    connection: Connection, keys: Collection[StoryId], editions: Collection[str]
) -> dict[StoryId, Sequence[SentIn]]:
    """Where these few stories stood in mail of ``editions`` that reached somebody."""
    rows = [
        *connection.execute(_by_schedule(keys, editions)),
        *connection.execute(_outside(keys, editions)),
    ]
    found: defaultdict[StoryId, list[SentIn]] = defaultdict(list)
    for row in sorted(rows, key=lambda one: (one.edition, one.issue_id)):
        told = SentIn(edition=row.edition, issue=IssueId(row.issue_id), to_all=bool(row.to_all))
        found[StoryId(row.story_id)].append(told)
    return dict(found)


def _by_schedule(keys: Collection[StoryId], editions: Collection[str]) -> sa.Select[Any]:
    """What was marked when issues were settled: what stood in mail that reached somebody."""
    stands = sa.exists().where(
        slot.c.issue_id == seen.c.issue_id, slot.c.story_id == seen.c.story_id, _STANDS
    )
    to_all = sa.case((stands, 1), else_=0).label("to_all")
    return sa.select(seen.c.story_id, seen.c.edition, seen.c.issue_id, to_all).where(
        seen.c.edition.in_(editions),
        seen.c.story_id.in_(keys),
        seen.c.reason == SeenReason.SENT.value,
        seen.c.issue_id.is_not(None),
    )


def _outside(keys: Collection[StoryId], editions: Collection[str]) -> sa.Select[Any]:
    """What stood in issues outside the schedule: they use up no story, so nothing is marked."""
    reached = sa.exists().where(
        delivery.c.issue_id == issue.c.id,
        delivery.c.state.in_([state.value for state in ledger.REACHED]),
    )
    to_all = sa.literal(1).label("to_all")
    return (
        sa.select(slot.c.story_id, issue.c.edition, slot.c.issue_id, to_all)
        .join(slot, slot.c.issue_id == issue.c.id)
        .where(
            issue.c.edition.in_(editions),
            issue.c.sequence > 1,
            issue.c.state.in_([state.value for state in WENT]),
            slot.c.story_id.in_(keys),
            _STANDS,
            reached,
        )
    )


_STANDS = slot.c.mode != SlotMode.REMOVED.value
