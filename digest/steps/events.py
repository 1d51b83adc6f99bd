"""What an editor says of two stories: one event, or two."""

from sqlalchemy.engine import Connection

from digest.errors import DigestError, NotFoundError
from digest.model import StoryId
from digest.steps.parts import Parts
from digest.store import events, stories
from digest.store.engine import writing
from digest.store.events import Decision


def decide(parts: Parts, one: StoryId, other: StoryId, decision: Decision, who: str) -> None:
    """Store a decision; it holds for every issue from now on. Raises NotFoundError."""
    with writing(parts.engine) as connection:
        _check(connection, one, other)
        events.decide(connection, one, other, decision, who, parts.clock.now())


def forget(parts: Parts, one: StoryId, other: StoryId) -> None:
    """Leave two stories to the rules again. Raises NotFoundError."""
    with writing(parts.engine) as connection:
        _check(connection, one, other)
        events.forget(connection, one, other)


def _check(connection: Connection, one: StoryId, other: StoryId) -> None:
    if one == other:
        raise DigestError("give two different stories", story=one)
    known = stories.get(connection, [one, other])
    for key in (one, other):
        if key not in known:
            raise NotFoundError("there is no such story", story=key)
