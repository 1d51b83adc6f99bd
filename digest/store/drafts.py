"""Drafts: an issue's content as it would go out: its pool, its slots and its editors' hand."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.model import Candidate, Draft, Issue, IssueId, Slot, SlotMode, StoryId
from digest.store import codec, hands, issues
from digest.store.hand_tables import shown as shown_table
from digest.store.tables import issue, pool, slot

#: (section, story), in an issue's order
Shown: TypeAlias = tuple[tuple[str, StoryId], ...]

REMOVED = SlotMode.REMOVED


def content_hash(draft: Draft) -> str:
    """The SHA-256 of everything a variant derives from, save rules and templates."""
    told = [
        _told_pool(draft.pool),
        sorted([one.section, one.position, one.story, one.mode] for one in draft.slots),
        hands.told(draft.hand),
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def of(connection: Connection, issue_id: IssueId) -> Draft:
    """The content of an issue as it stands."""
    return Draft(
        pool=pool_of(connection, issue_id),
        slots=slots_of(connection, issue_id),
        hand=hands.current(connection, issue_id),
    )


def pool_of(connection: Connection, issue_id: IssueId) -> tuple[Candidate, ...]:
    """The ranked candidates of an issue as they are stored."""
    return pool_at(connection, issue_id)[0]


def pool_at(connection: Connection, issue_id: IssueId) -> tuple[tuple[Candidate, ...], int]:
    """The same, and the revision in which it was made, read at one moment."""
    # As text, all decoded at once: five times as quick as row by row.
    rows = connection.execute(
        sa.select(sa.cast(pool.c.candidate, sa.Text).label("told"), issue.c.pool_revision)
        .join(issue, issue.c.id == pool.c.issue_id)
        .where(pool.c.issue_id == issue_id)
        .order_by(pool.c.rank)
    ).all()
    told = f"[{','.join(row.told for row in rows)}]"
    return codec.POOL.validate_json(told), rows[0].pool_revision if rows else 0


def slots_of(connection: Connection, issue_id: IssueId) -> tuple[Slot, ...]:
    """What stands where in an issue."""
    rows = connection.execute(
        sa.select(slot)
        .where(slot.c.issue_id == issue_id)
        .order_by(slot.c.section, slot.c.position, slot.c.story_id)
    )
    return tuple(map(_slot, rows))


def save(
    connection: Connection, one: Issue, draft: Draft, after: datetime, until: datetime
) -> Issue:
    """Store a freshly composed draft; the revision goes up only if its content changed.

    The hand is stored by ``hands.write`` alone: here it only counts for the hash.
    """
    values: dict[str, Any] = {"window_from": after, "window_to": until}
    if content_hash(draft) == one.content_hash:
        return _update(connection, one, values)
    if _told_pool(draft.pool) != _told_pool(pool_of(connection, one.id)):
        values["pool_revision"] = one.revision + 1
        connection.execute(sa.delete(pool).where(pool.c.issue_id == one.id))
        if draft.pool:
            connection.execute(sa.insert(pool), _pool_rows(one.id, draft.pool))
    return _update(connection, refilled(connection, one, draft, until), values)


def refilled(connection: Connection, one: Issue, draft: Draft, at: datetime) -> Issue:
    """Store what stands in ``draft`` under the issue's next revision, its pool as it is."""
    revision = one.revision + 1
    connection.execute(sa.delete(slot).where(slot.c.issue_id == one.id))
    if draft.slots:
        connection.execute(sa.insert(slot), [_slot_row(one.id, each) for each in draft.slots])
    shown = [[each.section, each.story] for each in draft.slots if each.mode is not REMOVED]
    connection.execute(
        sa.insert(shown_table).values(issue_id=one.id, revision=revision, at=at, stories=shown)
    )
    return _update(connection, one, {"revision": revision, "content_hash": content_hash(draft)})


def shown_at(connection: Connection, issue_id: IssueId, revision: int) -> Shown:
    """What stood in the issue at ``revision``, section by section; nothing before the first."""
    found = connection.scalar(
        sa.select(shown_table.c.stories)
        .where(shown_table.c.issue_id == issue_id, shown_table.c.revision <= revision)
        .order_by(shown_table.c.revision.desc())
        .limit(1)
    )
    return tuple((section, StoryId(story)) for section, story in found or ())


def _update(connection: Connection, one: Issue, values: Mapping[str, Any]) -> Issue:
    connection.execute(sa.update(issue).where(issue.c.id == one.id).values(values))
    return issues.get(connection, one.id)


def _told_pool(candidates: Iterable[Candidate]) -> list[list[object]]:
    """What of a pool, best first, a variant derives from."""
    return [
        [
            one.stored.id,
            one.stored.version,
            one.pick,
            one.fold,
            # readers choose by them, and cards tell them
            list(one.stored.classification.regions),
            list(one.stored.classification.topics),
        ]
        for one in candidates
    ]


def _pool_rows(issue_id: IssueId, candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    return [
        {
            "issue_id": issue_id,
            "story_id": one.stored.id,
            "rank": rank,
            "version": one.stored.version,
            "candidate": codec.CANDIDATE.dump(one),
        }
        for rank, one in enumerate(candidates)
    ]


def _slot_row(issue_id: IssueId, one: Slot) -> dict[str, Any]:
    return {
        "issue_id": issue_id,
        "story_id": one.story,
        "section": one.section,
        "position": one.position,
        "mode": one.mode.value,
        "reason": one.reason,
    }


def _slot(row: Row[Any]) -> Slot:
    return Slot(
        section=row.section,
        position=row.position,
        story=StoryId(row.story_id),
        mode=SlotMode(row.mode),
        reason=row.reason,
    )
