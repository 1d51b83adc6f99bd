"""The store's own clock: when it last learned anything.

What is composed as of then needs no other clock, so the same store always gives the same.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import HAND
from digest.store.tables import issue, source, story, story_source


def newest(connection: Connection) -> datetime | None:
    """When a source was last read, an editor last added a story, or an issue last went out."""
    by_hand = sa.or_(
        story_source.c.source == HAND, story_source.c.source.startswith(f"{HAND}:", autoescape=True)
    )
    asked = (
        sa.select(sa.func.max(source.c.last_polled_at)),
        sa.select(sa.func.max(story.c.first_seen_at)),
        sa.select(sa.func.max(story_source.c.last_seen_at)).where(by_hand),
        sa.select(sa.func.max(issue.c.sent_at)),
    )
    told = [connection.scalar(one) for one in asked]
    return max((at for at in told if at is not None), default=None)
