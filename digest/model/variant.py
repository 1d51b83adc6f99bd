"""Variants: what one group of readers gets of an issue, before and after rendering."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from digest.model.edition import Layout
from digest.model.issue import IssueId
from digest.model.story import Image, StoryId

VariantId = NewType("VariantId", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """Another report of what a card tells: "more on this"."""

    headline: str
    url: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a reader sees of one story: overrides applied, plain text, absolute URLs."""

    story: StoryId
    headline: str
    url: str
    standfirst: str = ""
    kicker: str = ""
    byline: str = ""
    source: str = ""
    language: str = ""
    image: Image | None = None
    published_at: datetime | None = None
    #: readers got it before; it has changed a good deal since
    update: bool = False
    more: tuple[More, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledSection:
    """A section with its cards, in the order a reader sees them."""

    slug: str
    title: str
    layout: Layout
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantContent:
    """All that one group of readers gets of an issue, before rendering. Equal content, one key."""

    issue: IssueId
    edition: str
    edition_name: str
    template: str
    local_date: date
    language: str
    subject: str
    preheader: str
    sections: tuple[FilledSection, ...]

    @property
    def cards(self) -> tuple[Card, ...]:
        """All cards in reading order."""
        return tuple(card for section in self.sections for card in section.cards)


class Token(StrEnum):
    """What differs between two readers of one variant. Spliced in after rendering."""

    LEAVE_URL = "leave_url"
    PREFERENCES_URL = "preferences_url"


#: text cut at its tokens: the pieces between, literal or token
TokenText = tuple[str | Token, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedVariant:
    """A variant as mail: one render call makes it for desk, preview, test and send alike."""

    #: SHA-256 over subject, html and text with tokens in place
    key: str
    subject: str
    preheader: str
    language: str
    html: TokenText
    text: TokenText
