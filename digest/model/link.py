"""Links of an issue that lead through our own site, so that their clicks are counted."""

from dataclasses import dataclass
from enum import StrEnum

from digest.ids import StoryId


class LinkPlace(StrEnum):
    """What of a mail leads there."""

    STORY = "story"
    #: another report of a story's event, under its card
    MORE = "more"
    #: an editors' block between sections, and a sponsor's
    TEXT = "text"
    SPONSOR = "sponsor"
    HOUSE_AD = "house_ad"


class ClickKind(StrEnum):
    """Who seems to have followed a link."""

    HUMAN = "human"
    #: a scanner, or a program that fetches before anybody asked
    MACHINE = "machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one link of an issue leads to, and where it stands: equal ones are one link."""

    #: as readers come to it, with its campaign's parameters
    url: str
    place: LinkPlace
    #: the slug, of a block too; empty: of no section
    section: str = ""
    story: StoryId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicks:
    """How the links of a mail lead through our own site."""

    #: what their addresses start with: ``https://news.example.org``
    base: str
    #: whether they end in what tells who follows them: for readers who agreed to that
    personal: bool = False
