"""What earlier issues of an edition had: for readers whose last issue lies further back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from digest.curate.dress import rewritten
from digest.curate.rank import again
from digest.model import Candidate, Issue, Overrides, SlotMode
from digest.store import drafts, stories

#: how far back a reader's own window goes; after a longer pause it is the issue's
REACH = timedelta(days=8)


def earlier(
    connection: Connection, before: Sequence[Issue], pool: Sequence[Candidate], until: datetime
) -> list[Candidate]:
    """The stories of the pools of ``before``, newest first, as they read and rank now.

    They are what those issues were made of, whether or not a reader got them. What editors took
    out then stays out, and what they wrote over it stays. A story that is in ``pool``, or was
    withdrawn since, is left out.
    """
    known = {key for one in pool for key in (one.stored.id, *one.copies)}
    found: list[Candidate] = []
    for issue in before:
        assert issue.window_to is not None, "a window ends when it is composed"
        draft = drafts.of(connection, issue.id)
        removed = {slot.story for slot in draft.hand.placed if slot.mode is SlotMode.REMOVED}
        wanted = {one.stored.id: one for one in draft.pool if one.stored.id not in known | removed}
        known |= {key for one in draft.pool for key in (one.stored.id, *one.copies)}
        for key, stored in stories.get(connection, wanted, live=True).items():
            over = draft.hand.overrides.get(key, Overrides())
            told = replace(stored, story=rewritten(stored.story, over))
            found.append(again(wanted[key], told, issue.window_to, until))
    return found
