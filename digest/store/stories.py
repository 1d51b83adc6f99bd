"""Stories: known by their aliases, kept in versions, read back by window."""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.model import (
    Alias,
    Classification,
    GatheredSource,
    ParsedStory,
    RejectReason,
    StoredStory,
    StoryId,
    StoryState,
)
from digest.store import added, codec
from digest.store.recognise import Recognition, owners
from digest.store.tables import story, story_alias, story_source, story_version


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStories:
    """What one poll changed."""

    new: tuple[StoryId, ...] = ()
    updated: tuple[StoryId, ...] = ()
    unchanged: tuple[StoryId, ...] = ()
    #: taken back, locked or put off by their publisher
    held: tuple[StoryId, ...] = ()
    #: the source gave one guid to two stories
    guids_reused: bool = False


#: what a reject says about a story that is known
_HELD = {
    RejectReason.PROTECTED: StoryState.PROTECTED,
    RejectReason.WITHDRAWN: StoryState.WITHDRAWN,
    RejectReason.EMBARGOED: StoryState.EMBARGOED,
}


def keep(
    connection: Connection, gathered: GatheredSource, now: datetime, *, guids: bool = True
) -> KeptStories:
    """Store what a poll brought: new stories, new versions, aliases learnt, picks as they stand.

    A story that several sources carry is told by the one that brought it first; the others add
    their aliases and picks. Whether a story is a pick is what its source's newest poll says.
    ``guids``: False where the source is known to give one guid to several stories.
    """
    new: list[StoryId] = []
    updated: list[StoryId] = []
    unchanged: list[StoryId] = []
    known = Recognition(connection, gathered.source, gathered.stories, now, guids=guids)
    reused = False
    for parsed in gathered.stories:
        found = known.find(parsed)
        reused = reused or found.guids_reused
        if found.row is None:
            row = _insert(connection, gathered.source, parsed, now)
            known.add(parsed, row)
            story_id = StoryId(row.id)
            new.append(story_id)
        else:
            story_id = StoryId(found.row.id)
            own = found.row.source == gathered.source and not found.again
            changed = own and _update(connection, found.row, parsed, now)
            if not own and parsed.text and added.by_hand(found.row.source):
                added.obey(connection, story_id, parsed.state)
            (updated if changed else unchanged).append(story_id)
        _learn(connection, story_id, parsed, found.others)
        _carry(connection, story_id, gathered.source, parsed, now)
    return KeptStories(
        new=tuple(new),
        updated=tuple(updated),
        unchanged=tuple(unchanged),
        held=_hold(connection, gathered),
        guids_reused=reused,
    )


def to_classify(connection: Connection, fingerprint: str, since: datetime) -> list[StoredStory]:
    """Stories first seen since then that these rules have not read yet."""
    rows = connection.execute(
        sa.select(story)
        .where(
            story.c.first_seen_at >= since,
            story.c.classified_by.is_distinct_from(fingerprint),
        )
        .order_by(story.c.id)
    )
    return [stored_story(row) for row in rows]


def classify(
    connection: Connection, found: Iterable[tuple[StoryId, Classification]], fingerprint: str
) -> None:
    """Store our reading of the stories."""
    rows = [
        {"key": key, "reading": codec.CLASSIFICATION.dump(reading), "by": fingerprint}
        for key, reading in found
    ]
    if rows:
        connection.execute(
            sa.update(story)
            .where(story.c.id == sa.bindparam("key"))
            .values(classification=sa.bindparam("reading"), classified_by=sa.bindparam("by")),
            rows,
        )


def get(
    connection: Connection, ids: Collection[StoryId], *, live: bool = False
) -> dict[StoryId, StoredStory]:
    """The stories with these ids; with ``live`` only those that may be carried."""
    query = sa.select(story).where(story.c.id.in_(ids))
    if live:
        query = query.where(story.c.state == StoryState.LIVE.value)
    rows = connection.execute(query)
    return {StoryId(row.id): stored_story(row) for row in rows}


def headlines(connection: Connection, keys: Collection[StoryId]) -> dict[StoryId, str]:
    """What stories are headed, as they read now."""
    rows = connection.execute(
        sa.select(story.c.id, story.c.headline).where(story.c.id.in_(sorted(keys)))
    )
    return {StoryId(row.id): row.headline for row in rows}


def state_of(connection: Connection, key: StoryId) -> StoryState:
    """Whether a known story may be carried."""
    return StoryState(connection.scalars(sa.select(story.c.state).where(story.c.id == key)).one())


def held_back(connection: Connection, ids: Collection[StoryId]) -> frozenset[StoryId]:
    """Those of these stories that may not be carried any more."""
    query = sa.select(story.c.id).where(story.c.id.in_(ids), story.c.state != StoryState.LIVE.value)
    return frozenset(StoryId(key) for key in connection.scalars(query))


def take_back(connection: Connection, key: StoryId, state: StoryState) -> None:
    """Its site was asked: the story may not be carried. It comes back when a source brings it."""
    connection.execute(sa.update(story).where(story.c.id == key).values(state=state.value))


def carriers_of(connection: Connection, key: StoryId) -> frozenset[str]:
    """The sources that carry a story."""
    return frozenset(
        connection.scalars(sa.select(story_source.c.source).where(story_source.c.story_id == key))
    )


def _hold(connection: Connection, gathered: GatheredSource) -> tuple[StoryId, ...]:
    """Stories that their own source says are not to be carried any longer."""
    names = {
        alias: _HELD[reject.reason]
        for reject in gathered.rejects
        if reject.reason in _HELD
        for alias in reject.aliases
    }
    held = []
    for alias, key in owners(connection, names):
        done = connection.execute(
            sa.update(story)
            .where(
                story.c.id == key,
                sa.or_(story.c.source == gathered.source, added.TOLD),
                story.c.state != names[alias].value,
            )
            .values(state=names[alias].value)
        )
        if done.rowcount:
            held.append(key)
    return tuple(held)


def _told(parsed: ParsedStory) -> tuple[Any, str]:
    """A story's content as JSON, and its hash. Place, pick, names and state are not content."""
    plain = replace(parsed, aliases=(), pick=None, position=0, state=StoryState.LIVE)
    content = codec.PARSED.dump(plain)
    del content["state"]  # it has a column of its own
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return content, hashlib.sha256(text.encode()).hexdigest()


def _insert(connection: Connection, source: str, parsed: ParsedStory, now: datetime) -> Row[Any]:
    content, content_hash = _told(parsed)
    row = connection.execute(
        sa.insert(story)
        .values(
            source=source,
            version=1,
            first_seen_at=now,
            state=parsed.state.value,
            headline=parsed.headline,
            content_hash=content_hash,
            content=content,
        )
        .returning(story)
    ).one()
    _keep_version(connection, StoryId(row.id), 1, content, now)
    return row


def _update(connection: Connection, found: Row[Any], parsed: ParsedStory, now: datetime) -> bool:
    content, content_hash = _told(parsed)
    if parsed.state.value != found.state:
        connection.execute(
            sa.update(story).where(story.c.id == found.id).values(state=parsed.state.value)
        )
    if content_hash == found.content_hash:
        return False
    version = found.version + 1
    connection.execute(
        sa.update(story)
        .where(story.c.id == found.id)
        .values(
            version=version,
            headline=parsed.headline,
            content_hash=content_hash,
            content=content,
            classified_by=None,
        )
    )
    _keep_version(connection, StoryId(found.id), version, content, now)
    return True


def _keep_version(
    connection: Connection, key: StoryId, version: int, content: Any, now: datetime
) -> None:
    connection.execute(
        sa.insert(story_version).values(story_id=key, version=version, at=now, content=content)
    )


def _learn(
    connection: Connection, key: StoryId, parsed: ParsedStory, others: tuple[Alias, ...]
) -> None:
    """Remember every name the story goes by.

    A name that is taken stays with its story; ``others`` are names given to a newer one.
    """
    for alias in parsed.aliases:
        named = story_alias.c.kind == alias.kind.value, story_alias.c.value == alias.value
        taken = connection.execute(sa.select(story_alias.c.story_id).where(*named)).one_or_none()
        if taken is None:
            connection.execute(
                sa.insert(story_alias).values(
                    kind=alias.kind.value, value=alias.value, story_id=key
                )
            )
        elif alias in others and taken.story_id != key:
            connection.execute(sa.update(story_alias).where(*named).values(story_id=key))


def _carry(
    connection: Connection, key: StoryId, source: str, parsed: ParsedStory, now: datetime
) -> None:
    values = {
        "position": parsed.position,
        "pick": parsed.pick.value if parsed.pick else None,
        "last_seen_at": now,
    }
    done = connection.execute(
        sa.update(story_source)
        .where(story_source.c.story_id == key, story_source.c.source == source)
        .values(values)
    )
    if not done.rowcount:
        connection.execute(sa.insert(story_source).values(story_id=key, source=source, **values))


def stored_story(row: Row[Any]) -> StoredStory:
    """A row of ``story`` as a value."""
    reading = row.classification
    return StoredStory(
        id=StoryId(row.id),
        source=row.source,
        version=row.version,
        story=codec.PARSED.validate_python(row.content),
        first_seen_at=row.first_seen_at,
        classification=(
            codec.CLASSIFICATION.validate_python(reading) if reading else Classification()
        ),
    )
