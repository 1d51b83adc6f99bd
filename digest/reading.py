"""Reads one story from its address, for app.py."""

from collections.abc import Callable

from digest.config import Settings
from digest.model import ParsedStory, Reject
from digest.protocols import Clock


def reader(settings: Settings, clock: Clock) -> Callable[[str], ParsedStory | Reject]:
    """What reads an editor's find: the story, or why there is none."""

    def read(url: str) -> ParsedStory | Reject:
        from digest.sources.build import read_story  # keeps parsers out of every other command

        return read_story(settings, url, clock.now())

    return read
