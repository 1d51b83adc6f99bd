"""The hands of the editors: one row for each of their acts; an issue's newest is in force."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Hand, Issue, IssueId
from digest.store import codec
from digest.store.hand_tables import hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What an editor did to an issue, and the hand that it made."""

    #: the issue's revision after it
    revision: int
    at: datetime
    who: str
    #: in a word: ``pin``, ``edit``, ``restore``
    what: str
    hand: Hand
    #: the pool it was done upon
    pool_revision: int


def told(held: Hand) -> Any:
    """A hand as plain JSON types, the same for equal hands; what is as usual is left out."""
    found = codec.HAND.dump(held, defaults=False)
    for block in found.get("blocks", ()):
        if "segments" in block:
            block["segments"].sort()
    return found


def current(connection: Connection, issue_id: IssueId) -> Hand:
    """The hand in force; an empty one where nobody did anything yet."""
    content = connection.scalar(
        sa.select(hand.c.content)
        .where(hand.c.issue_id == issue_id)
        .order_by(hand.c.revision.desc())
        .limit(1)
    )
    return Hand() if content is None else codec.HAND.validate_python(content)


def write(
    connection: Connection, issue: Issue, held: Hand, who: str, what: str, at: datetime
) -> None:
    """Put ``held`` in force from the revision that ``issue`` is at now."""
    connection.execute(
        sa.insert(hand).values(
            issue_id=issue.id,
            revision=issue.revision,
            at=at,
            who=who[:100],
            what=what,
            content=told(held),
            pool_revision=issue.pool_revision,
        )
    )


def acts(connection: Connection, issue_id: IssueId, limit: int | None = None) -> list[Act]:
    """What editors did to an issue, newest first."""
    query = sa.select(hand).where(hand.c.issue_id == issue_id).order_by(hand.c.revision.desc())
    return [
        Act(
            revision=row.revision,
            at=row.at,
            who=row.who,
            what=row.what,
            hand=codec.HAND.validate_python(row.content),
            pool_revision=row.pool_revision,
        )
        for row in connection.execute(query.limit(limit))
    ]


def in_force(connection: Connection, issue_id: IssueId, revision: int) -> Hand:
    """The hand in force when the issue was at ``revision``; before the first act an empty one."""
    newest = connection.execute(
        sa.select(hand.c.content)
        .where(hand.c.issue_id == issue_id, hand.c.revision <= revision)
        .order_by(hand.c.revision.desc())
        .limit(1)
    ).one_or_none()
    return Hand() if newest is None else codec.HAND.validate_python(newest.content)
