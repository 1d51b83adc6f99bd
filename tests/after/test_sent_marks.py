"""“Sent in” says that a story stood in mail that reached somebody, not that it might have."""

from digest.model import StoryId
from digest.store.extras import Wish
from digest.store.sent import SentIn
from tests.after.conftest import Make
from tests.after.room import Room

#: two who get what everybody gets, and one who wants a single story
READERS = """email,name,regions,topics,editions,breaking_news,consent_source
ann@example.org,Ann Reader,,,daily,yes,form
"""
TWO = "[[editions.sections]]\n  take = \"picks\"\n  maximum = 2\n"


def told(room: Room) -> dict[str, list[SentIn]]:
    """The first word of each title → where it was sent."""
    keys = {name: room.story(name) for name in ("Ferry", "Night", "River")}
    found = room.app.newsroom.desk.sent_in(list(keys.values()))
    return {name: list(found.get(StoryId(key), ())) for name, key in keys.items()}
