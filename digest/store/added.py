"""Stories that editors add by hand: carried by a source of their own, for every edition or one."""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import HAND, IssueId, StoryId, StoryState
from digest.store.tables import seen, story, story_source


def carrier(edition: str = "") -> str:
    """Who carries what was added for ``edition``; for all of them where none is named.

    No source in config.toml can have such a name: theirs are slugs, and HAND is taken.
    """
    return f"{HAND}:{edition}" if edition else HAND


def carriers(edition: str) -> tuple[str, ...]:
    """Who carries what editors added and ``edition`` may use."""
    return carrier(), carrier(edition)


def by_hand(source: str) -> bool:
    """Whether ``source`` is an editor's hand."""
    return source.partition(":")[0] == HAND


#: the same in SQL
TOLD = sa.or_(story.c.source == HAND, story.c.source.startswith(f"{HAND}:", autoescape=True))


def between(edition: str, after: datetime, until: datetime) -> sa.Select[tuple[int]]:
    """The ids of what was added for ``edition`` after ``after`` and not later than ``until``."""
    return sa.select(story_source.c.story_id).where(
        story_source.c.source.in_(carriers(edition)),
        story_source.c.last_seen_at > after,
        story_source.c.last_seen_at <= until,
    )


def obey(connection: Connection, key: StoryId, state: StoryState) -> None:
    """A story told by hand is carried or held back as its publisher's own sources say."""
    connection.execute(
        sa.update(story)
        .where(story.c.id == key, TOLD, story.c.state != state.value)
        .values(state=state.value)
    )


def wanted(connection: Connection, key: StoryId, editions: Collection[str]) -> None:
    """What only counted as sent, as a source's archive does at its first gather, is wanted now."""
    connection.execute(
        sa.delete(seen).where(
            seen.c.story_id == key, seen.c.edition.in_(editions), seen.c.issue_id.is_(None)
        )
    )


def sent(connection: Connection, key: StoryId, editions: Collection[str]) -> Mapping[str, IssueId]:
    """The editions whose readers have it already, and in which issue."""
    rows = connection.execute(
        sa.select(seen.c.edition, seen.c.issue_id)
        .where(seen.c.story_id == key, seen.c.edition.in_(editions), seen.c.issue_id.is_not(None))
        .order_by(seen.c.edition)
    )
    return {row.edition: IssueId(row.issue_id) for row in rows}
