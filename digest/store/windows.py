"""The stories an issue may use: what came since the last one, what changed, what was sent."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.curate.rank import PICKS
from digest.model import IssueId, ParsedStory, PickOrigin, StoredStory, StoryId, StoryState
from digest.store import added, codec
from digest.store.stories import stored_story
from digest.store.tables import pool, seen, story, story_source, story_version

#: how far back what was sent is compared with what is new
REACH = timedelta(days=7)


class SeenReason(StrEnum):
    """Why an edition does not carry a story again."""

    #: readers got it
    SENT = "sent"
    #: its issue was skipped for good
    SKIPPED = "skipped"
    #: it was old when its source was first read
    FIRST_GATHER = "first_gather"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What an edition may carry, by id."""

    #: not sent before
    fresh: tuple[StoredStory, ...]
    #: sent before, and told anew since, with what was sent of each
    retold: tuple[tuple[StoredStory, ParsedStory], ...]
    #: sent lately, or skipped for good: a copy of one of them is no news
    sent: tuple[StoredStory, ...]
    picks: Mapping[StoryId, PickOrigin]
    #: the edition's sources that carry each
    carriers: Mapping[StoryId, frozenset[str]]


def window(
    connection: Connection,
    edition: str,
    sources: Collection[str],
    after: datetime,
    until: datetime,
) -> Window:
    """The live stories of ``sources`` first seen after ``after``, not later than ``until``.

    Also what an editor added by hand in that time, however long it is known.
    """
    live = _live(sources)
    gone = sa.select(seen.c.story_id).where(seen.c.edition == edition)
    fresh = _stories(connection, *_fresh(edition, sources, after, until))
    sent = _stories(
        connection,
        story.c.first_seen_at > after - REACH,
        # An archive that only counts as sent was read by nobody: a copy of it may be news.
        story.c.id.in_(
            gone.where(seen.c.at <= until, seen.c.reason != SeenReason.FIRST_GATHER.value)
        ),
    )
    retold = _retold(connection, edition, after, until, live)
    wanted = {one.id for one in (*fresh, *(stored for stored, _ in retold))}
    picks, carriers = _carried(connection, {*sources, *added.carriers(edition)}, wanted)
    return Window(fresh=fresh, retold=retold, sent=sent, picks=picks, carriers=carriers)


def came(
    connection: Connection,
    edition: str,
    sources: Collection[str],
    after: datetime,
    until: datetime,
) -> int:
    """How many stories a window holds that were not sent before: those ``fresh`` in it."""
    query = sa.select(sa.func.count()).select_from(story)
    return connection.scalar(query.where(*_fresh(edition, sources, after, until))) or 0


def mark_seen(
    connection: Connection,
    edition: str,
    versions: Mapping[StoryId, int],
    reason: SeenReason,
    now: datetime,
    issue: IssueId | None = None,
) -> int:
    """From now on ``edition`` has carried these versions. Returns how many stories are new."""
    known = set(
        connection.scalars(
            sa.select(seen.c.story_id).where(
                seen.c.edition == edition, seen.c.story_id.in_(versions)
            )
        )
    )
    rows = [
        {
            "who": edition,
            "key": key,
            "issue": issue,
            "why": reason.value,
            "now": now,
            "version": version,
        }
        for key, version in sorted(versions.items())
    ]
    values: dict[str, Any] = {
        "issue_id": sa.bindparam("issue"),
        "reason": sa.bindparam("why"),
        "at": sa.bindparam("now"),
        "version": sa.bindparam("version"),
    }
    if new := [row for row in rows if row["key"] not in known]:
        connection.execute(
            sa.insert(seen).values(
                edition=sa.bindparam("who"), story_id=sa.bindparam("key"), **values
            ),
            new,
        )
    if again := [row for row in rows if row["key"] in known]:
        connection.execute(
            sa.update(seen)
            .where(seen.c.edition == sa.bindparam("who"), seen.c.story_id == sa.bindparam("key"))
            .values(values),
            again,
        )
    return len(new)


def versions_in(
    connection: Connection, issue: IssueId, ids: Collection[StoryId]
) -> dict[StoryId, int]:
    """The versions of these stories that stand in the pool of an issue."""
    rows = connection.execute(
        sa.select(pool.c.story_id, pool.c.version).where(pool.c.issue_id == issue)
    )
    return {StoryId(row.story_id): row.version for row in rows if row.story_id in ids}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """That an edition's readers had a story already."""

    reason: SeenReason
    #: the issue that was sent or skipped
    issue: IssueId | None
    at: datetime


def seen_by(connection: Connection, edition: str, key: StoryId) -> Seen | None:
    """When and why a story counts as sent in an edition, if it does."""
    row = connection.execute(
        sa.select(seen).where(seen.c.edition == edition, seen.c.story_id == key)
    ).one_or_none()
    if row is None:
        return None
    issue = None if row.issue_id is None else IssueId(row.issue_id)
    return Seen(reason=SeenReason(row.reason), issue=issue, at=row.at)


def _live(sources: Collection[str]) -> sa.ColumnElement[bool]:
    carried = sa.select(story_source.c.story_id).where(story_source.c.source.in_(sources))
    return sa.and_(story.c.state == StoryState.LIVE.value, story.c.id.in_(carried))


def _fresh(
    edition: str, sources: Collection[str], after: datetime, until: datetime
) -> tuple[sa.ColumnElement[bool], ...]:
    """First seen in that time, or added by an editor in it, and not sent before."""
    first_seen = sa.and_(
        _live(sources), story.c.first_seen_at > after, story.c.first_seen_at <= until
    )
    by_hand = sa.and_(
        story.c.state == StoryState.LIVE.value,
        story.c.id.in_(added.between(edition, after, until)),
    )
    gone = sa.select(seen.c.story_id).where(seen.c.edition == edition)
    return sa.or_(first_seen, by_hand), story.c.id.not_in(gone)


def _stories(connection: Connection, *where: sa.ColumnElement[bool]) -> tuple[StoredStory, ...]:
    rows = connection.execute(sa.select(story).where(*where).order_by(story.c.id))
    return tuple(map(stored_story, rows))


def _retold(
    connection: Connection,
    edition: str,
    after: datetime,
    until: datetime,
    live: sa.ColumnElement[bool],
) -> tuple[tuple[StoredStory, ParsedStory], ...]:
    newest, told = story_version.alias("newest"), story_version.alias("told")
    rows: Iterable[Row[Any]] = connection.execute(
        sa.select(story, told.c.content.label("was"))
        .join(newest, sa.and_(newest.c.story_id == story.c.id, newest.c.version == story.c.version))
        .join(seen, sa.and_(seen.c.story_id == story.c.id, seen.c.edition == edition))
        .join(told, sa.and_(told.c.story_id == story.c.id, told.c.version == seen.c.version))
        .where(
            live,
            # What only counts as sent was never read: it is no update to anybody.
            seen.c.reason == SeenReason.SENT.value,
            story.c.version > seen.c.version,
            newest.c.at > after,
            newest.c.at <= until,
        )
        .order_by(story.c.id)
    )
    return tuple((stored_story(row), codec.PARSED.validate_python(row.was)) for row in rows)


def _carried(
    connection: Connection, sources: Collection[str], wanted: set[StoryId]
) -> tuple[dict[StoryId, PickOrigin], dict[StoryId, frozenset[str]]]:
    """Which of ``wanted`` are picks, and who carries each."""
    rows = connection.execute(
        sa.select(story_source.c.story_id, story_source.c.source, story_source.c.pick).where(
            story_source.c.source.in_(sources),
            story_source.c.story_id >= min(wanted, default=0),
        )
    )
    picks: dict[StoryId, PickOrigin] = {}
    carriers: defaultdict[StoryId, set[str]] = defaultdict(set)
    for key, source, pick in rows:
        if key in wanted:
            if not added.by_hand(source):
                carriers[key].add(source)
            if pick is not None:
                origins = {PickOrigin(pick), picks.get(key, PickOrigin(pick))}
                # the one that counts most; then by name, so that no order of rows decides
                picks[key] = max(sorted(origins), key=PICKS.__getitem__)
    return picks, {key: frozenset(names) for key, names in carriers.items()}
