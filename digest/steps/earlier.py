"""What earlier issues of an edition had: for readers whose last issue lies further back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from digest.curate.rank import again
from digest.model import Candidate, Image, Issue, Overrides, SlotMode, StoredStory
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
        removed = {slot.story for slot in draft.slots if slot.mode is SlotMode.REMOVED}
        wanted = {one.stored.id: one for one in draft.pool if one.stored.id not in known | removed}
        known |= {key for one in draft.pool for key in (one.stored.id, *one.copies)}
        rewritten = {slot.story: slot.overrides for slot in draft.slots}
        for key, stored in stories.get(connection, wanted, live=True).items():
            told = _rewritten(stored, rewritten.get(key, Overrides()))
            found.append(again(wanted[key], told, issue.window_to, until))
    return found


def _rewritten(stored: StoredStory, overrides: Overrides) -> StoredStory:
    story, image = stored.story, stored.story.image
    if overrides.image_url is not None:
        image = Image(url=overrides.image_url) if overrides.image_url else None
    if image is not None and overrides.alt is not None:
        image = replace(image, alt=overrides.alt)
    told = replace(
        story,
        image=image,
        headline=story.headline if overrides.headline is None else overrides.headline,
        standfirst=story.standfirst if overrides.standfirst is None else overrides.standfirst,
        url=story.url if overrides.link is None else overrides.link,
    )
    return replace(stored, story=told)
