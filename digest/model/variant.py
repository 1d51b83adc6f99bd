"""Variants: what one group of readers gets of an issue, before and after rendering."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import chain, groupby
from typing import Any, NewType

from digest.ids import IssueId, StoryId
from digest.model.edition import Layout
from digest.model.hand import Block
from digest.model.house_ad import HouseAd
from digest.model.link import Clicks
from digest.model.story import Image
from digest.model.utm import Utm

VariantId = NewType("VariantId", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """Another report of what a card tells: "more on this"."""

    headline: str
    url: str
    source: str = ""
    #: where its clicks are counted: ``/c/<link>``; empty: nowhere
    path: str = ""


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
    #: where its clicks are counted: ``/c/<link>``; empty: nowhere
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledSection:
    """A section with its cards, in the order a reader sees them."""

    slug: str
    title: str
    layout: Layout
    cards: tuple[Card, ...] = ()
    #: an editor's words, or a sponsor's, in place of stories: then it has no title and no cards
    block: Block | None = None
    #: ``/c/<link>`` of the block, where its clicks are counted
    path: str = ""


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
    #: how readers want it set: ``full``, ``large``, ``headlines`` or ``plain``
    style: str = "full"
    #: the editor's, before the stories: plain text, paragraphs parted by blank lines
    note: str = ""
    house_ad: HouseAd | None = None
    #: what links to stories carry
    utm: Utm | None = None
    #: how links that have a ``path`` lead there; None: all lead where they say
    clicks: Clicks | None = None
    #: whether the variant stands on the web too, so that the mail may lead there
    web_copy: bool = False

    @property
    def shared(self) -> "VariantContent":
        """What all variants share that only differ in their stories: of equal ones, one kit."""
        return replace(self, issue=IssueId(0), edition="", subject="", preheader="", sections=())

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks in reading order."""
        return tuple(section.block for section in self.sections if section.block)

    @property
    def cards(self) -> tuple[Card, ...]:
        """All cards in reading order."""
        return tuple(card for section in self.sections for card in section.cards)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the variants of an issue in one language are made of, frozen when it is addressed."""

    issue: IssueId
    edition: str
    edition_name: str
    template: str
    local_date: date
    language: str
    #: Jinja2 over a variant's own stories (curate/subject.py)
    subject: str
    #: of a variant without a story
    empty_subject: str
    preheader: str
    #: all sections, each with every card that any reader gets there
    sections: tuple[FilledSection, ...]
    note: str = ""
    house_ad: HouseAd | None = None
    utm: Utm | None = None
    clicks: Clicks | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A variant by what distinguishes it within its issue. Equal selections are one variant."""

    #: (section slug, stories) as readers see them; none is empty but those of blocks
    sections: tuple[tuple[str, tuple[StoryId, ...]], ...]
    language: str
    style: str = "full"

    @property
    def stories(self) -> tuple[StoryId, ...]:
        """All stories in reading order."""
        return tuple(story for _, held in self.sections for story in held)


class Token(StrEnum):
    """What differs between two readers of one variant. Spliced in after rendering."""

    LEAVE_URL = "leave_url"
    PREFERENCES_URL = "preferences_url"
    #: the reader's name; where none is known, a word that can stand in its place
    NAME = "name"
    #: what counted links end in of a reader who agreed to be told apart; else empty
    CLICK = "click"
    #: where the variant stands on the web: the same for all its readers
    WEB_URL = "web_url"


#: text cut at its tokens: the pieces between, literal or token; none is empty
TokenText = tuple[str | Token, ...]


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of a mail, as it stands in each of its two parts: a card, a title, the opening.

    Shared by all variants that hold it.
    """

    html: TokenText = ()
    text: TokenText = ()
    #: what writers made of it, by what they call it; each writer fills in its own, once
    forms: dict[str, Any] = field(init=False, default_factory=dict, compare=False, repr=False)
    #: SHA-256 of both texts with their tokens in place
    digest: bytes = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # each piece with its kind, so that no text can pass for a token
        told = [
            [[type(piece).__name__, piece] for piece in part] for part in (self.html, self.text)
        ]
        digest = hashlib.sha256(json.dumps(told).encode()).digest()
        object.__setattr__(self, "digest", digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedVariant:
    """A variant as mail: references to the fragments that its two parts are joined from.

    One render call makes it for desk, preview, test and send alike.
    """

    #: SHA-256 over the subject and the fragments' digests: equal content has one key
    key: str
    subject: str
    preheader: str
    language: str
    fragments: tuple[Fragment, ...]
    #: text alone: the mail has no HTML part
    plain: bool = False

    @property
    def html(self) -> TokenText:
        """The HTML part in one, for people and checks."""
        return _joined(fragment.html for fragment in self.fragments)

    @property
    def text(self) -> TokenText:
        """The text part in one, for people and checks."""
        return _joined(fragment.text for fragment in self.fragments)


def _joined(texts: Iterable[TokenText]) -> TokenText:
    """One text of several, neighbouring literals in one piece."""
    whole: list[str | Token] = []
    for is_token, group in groupby(
        chain.from_iterable(texts), key=lambda piece: isinstance(piece, Token)
    ):
        run = list(group)
        whole += run if is_token else ["".join(run)]
    return tuple(whole)
