"""Editors' corrections: one for each story and what it is about, kept for good."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.curate.correct import About, Correction
from digest.model import StoryId
from digest.store.tables import correction


def keep(connection: Connection, story: StoryId, given: Correction) -> None:
    """Store a correction; an earlier one about the same gives way."""
    forget(connection, story, given.about)
    connection.execute(
        sa.insert(correction).values(
            story_id=story,
            about=given.about.value,
            chosen=list(given.chosen),
            by=given.by,
            at=given.at,
        )
    )


def forget(connection: Connection, story: StoryId, about: About) -> None:
    """Leave the story's region, country or topic to the rules again."""
    connection.execute(
        sa.delete(correction).where(
            correction.c.story_id == story, correction.c.about == about.value
        )
    )


def of(connection: Connection, stories: Collection[StoryId]) -> dict[StoryId, list[Correction]]:
    """The corrections of these stories; stories without any are left out."""
    if not stories:
        return {}
    wanted = frozenset(stories)
    # A range, not a list: databases take no list of every story of a week.
    rows = connection.execute(
        sa.select(correction)
        .where(correction.c.story_id.between(min(wanted), max(wanted)))
        .order_by(correction.c.story_id, correction.c.about)
    )
    found: dict[StoryId, list[Correction]] = {}
    for row in rows:
        if StoryId(row.story_id) in wanted:
            found.setdefault(StoryId(row.story_id), []).append(
                Correction(about=About(row.about), chosen=tuple(row.chosen), by=row.by, at=row.at)
            )
    return found
