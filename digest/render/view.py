"""What a template sees of an issue: cleaned text, checked addresses, cards in their places.

Built from ``VariantContent``; the story stays plain data, escaping is the template's autoescape.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from digest.model import Card, FilledSection, HouseAd, Image, Layout, More, Utm, VariantContent
from digest.render.block_view import BlockView, block_view, usable
from digest.render.brand import Brand
from digest.render.clean import clean_line, paragraphs, web_url
from digest.render.clicks import Counted, counted, leading
from digest.render.style import Style
from digest.render.words import direction, long_date, text_direction

#: so many sections need no index
_FEW = 2
#: what a BCP 47 tag may look like
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


class RowKind(StrEnum):
    """How one row of cards is set."""

    #: one story over the full width, picture above
    LEAD = "lead"
    #: two stories side by side, both with a picture
    PAIR = "pair"
    #: one story, picture beside the text
    WIDE = "wide"
    #: one story without a picture, full width
    PLAIN = "plain"
    #: two stories side by side, none with a picture
    PLAIN_PAIR = "plain_pair"
    #: one story over the full width, picture above: a single column's ``wide``
    TALL = "tall"
    #: headlines in a list
    LIST = "list"
    #: words of an editor or a sponsor in place of a story
    BLOCK = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreView:
    """Another report of a card's event. ``dir`` is ``ltr`` or ``rtl``."""

    headline: str
    url: str
    source: str
    dir: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """A card as a template sees it. ``url`` is ``#`` where the story's own was unusable."""

    headline: str
    url: str
    standfirst: str
    kicker: str
    #: byline and source, as far as known
    credits: tuple[str, ...]
    language: str
    #: ``ltr`` or ``rtl``, and the side its lines start on
    dir: str
    align: str
    image: Image | None
    #: readers got it before; it has changed a good deal since
    update: bool = False
    #: other reports of the same event
    more: tuple[MoreView, ...] = ()


class Spot(NamedTuple):
    """How one card is set. Depends on its neighbours only as far as this tells."""

    kind: RowKind
    #: whether the card is the first of its row, or of its list
    opens: bool
    #: whether it is the last
    closes: bool
    #: whether a rule stands above: nothing else tells a card without a picture from the one before
    ruled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A card in its section, or a block, as a template sees it."""

    kind: RowKind
    opens: bool = True
    closes: bool = True
    ruled: bool = False
    #: None in the place of a block
    card: CardView | None = None
    block: BlockView | None = None


class IndexEntry(NamedTuple):
    """A section as an index tells of it: how many stories, but not which."""

    slug: str
    title: str
    stories: int
    #: whether it is the index's first, or its last
    opens: bool
    closes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """A section as a template sees it."""

    slug: str
    title: str
    layout: str
    #: whether it is the mail's first
    first: bool
    places: tuple[Place, ...] = ()

    @property
    def cards(self) -> tuple[CardView, ...]:
        """The cards without how they are set."""
        return tuple(place.card for place in self.places if place.card)


def frame(brand: Brand, content: VariantContent) -> dict[str, object]:
    """The names a template may use anywhere: the same for every variant of a kit."""
    return {
        **house(brand, content.language, Style(content.style)),
        "edition": clean_line(content.edition_name, 120),
        "date": long_date(content.local_date, content.language),
        "note": paragraphs(content.note),
        "house_ad": house_ad(content.house_ad, content.utm, counted(content.clicks)),
        "subscribe_url": web_url(brand.subscribe_url),
        **({} if content.web_copy else {"web_url": ""}),
    }


def house(brand: Brand, language: str, style: Style = Style.FULL) -> dict[str, object]:
    """The names that any mail of the newsroom may use, a letter too."""
    facing = direction(language)
    return {
        "brand": brand,
        "light": brand.light,
        "dark": brand.dark,
        "language": language,
        "dir": facing,
        "start": "right" if facing == "rtl" else "left",
        "end": "left" if facing == "rtl" else "right",
        "px": style.px,
        "space": brand.density.space,
    }


def varying(content: VariantContent, by: Counted | None = None) -> dict[str, object]:
    """The names that depend on the variant; its links lead ``by`` our site."""
    style = Style(content.style)
    given = style.sections(content.sections, content.template)
    filled = [section for section in given if section.cards]
    first = filled[0] if filled else None
    return {
        "subject": one_line(content.subject),
        "preheader": one_line(content.preheader),
        "index": index([(section, len(section.cards)) for section in filled]),
        "sections": tuple(
            section_view(
                section,
                first=section is first,
                cards=[
                    card_view(card, content.language, content.utm, by) for card in section.cards
                ],
                single=style.single_column,
            )
            if section.block is None
            else inset_view(section, content.language, content.utm, by)
            for section in given
            if section.cards or section.block
        ),
    }


@lru_cache(4096)
def one_line(text: str) -> str:
    """A subject or preheader on one line."""
    return clean_line(text, 250)


def section_view(
    section: FilledSection, *, first: bool, cards: Sequence[CardView] = (), single: bool = False
) -> SectionView:
    """A section with ``cards`` in their places; none where only its title is wanted."""
    pictured = tuple([card.image is not None for card in cards])
    found = spots(pictured, section.layout, single=single)
    places = [place(card, spot) for card, spot in zip(cards, found, strict=True)]
    return SectionView(
        slug=section.slug,
        title=clean_line(section.title, 120),
        layout=section.layout.value,
        first=first,
        places=tuple(places),
    )


def inset_view(
    section: FilledSection, language: str, utm: Utm | None, by: Counted | None = None
) -> SectionView:
    """A block as a section of its own, without a title."""
    assert section.block is not None, "only blocks stand by themselves"
    view = block_view(section.block, language, utm)
    if by is not None and section.path:
        view = replace(view, url=leading(view.url, section.path, None, by))
    return replace(
        section_view(section, first=False), places=(Place(kind=RowKind.BLOCK, block=view),)
    )


def index(filled: Sequence[tuple[FilledSection, int]]) -> tuple[IndexEntry, ...]:
    """What an index tells of sections with so many stories each, none of them empty.

    Nothing where there are but two. A lead stands under no title: there is no place to jump to.
    """
    if len(filled) <= _FEW:
        return ()
    shown = [
        (section.slug, title, stories)
        for at, (section, stories) in enumerate(filled)
        if (title := clean_line(section.title, 120))
        and not (at == 0 and section.layout is Layout.LEAD)
    ]
    return tuple(
        IndexEntry(slug, title, stories, opens=at == 0, closes=at == len(shown) - 1)
        for at, (slug, title, stories) in enumerate(shown)
    )


def house_ad(
    given: HouseAd | None, utm: Utm | None = None, by: Counted | None = None
) -> HouseAd | None:
    """The advertisement, if it has words and an address that can be followed.

    One that somebody pays for keeps its address as it is: it is theirs to count.
    """
    if given is None:
        return None
    url, text = web_url(given.url), clean_line(given.text, 300)
    if not url or not text:
        return None
    if not given.paid:
        url = leading(url, given.path, utm, by)
    return HouseAd(text=text, url=url, image=usable(given.image), paid=given.paid)


def place(card: CardView, spot: Spot) -> Place:
    """``card`` set as ``spot`` says."""
    return Place(card=card, **spot._asdict())


@lru_cache(8192)
def card_view(
    card: Card, language: str, utm: Utm | None = None, by: Counted | None = None
) -> CardView:
    """A card in an edition in ``language``, whose links carry ``utm`` or lead ``by`` our site."""
    headline = clean_line(card.headline, 300)
    standfirst = clean_line(card.standfirst, 600)
    facing = text_direction(f"{headline} {standfirst}", direction(card.language or language))
    said_by = (clean_line(card.byline, 120), clean_line(card.source, 80))
    return CardView(
        headline=headline,
        url=leading(web_url(card.url), card.path, utm, by) or "#",
        standfirst="" if standfirst == headline else standfirst,
        kicker=clean_line(card.kicker, 60),
        credits=tuple(dict.fromkeys(filter(None, said_by))),
        language=card.language if _LANGUAGE.fullmatch(card.language) else language,
        dir=facing,
        align="right" if facing == "rtl" else "left",
        image=usable(card.image),
        update=card.update,
        more=tuple(_more(card.more, facing, utm, by)),
    )


def _more(
    more: Iterable[More], facing: str, utm: Utm | None, by: Counted | None
) -> Iterator[MoreView]:
    """Reports whose address can be followed."""
    for one in more:
        headline = clean_line(one.headline, 200)
        if headline and (url := web_url(one.url)):
            yield MoreView(
                headline=headline,
                url=leading(url, one.path, utm, by),
                source=clean_line(one.source, 80),
                dir=text_direction(headline, facing),
            )


@lru_cache(4096)
def spots(pictured: tuple[bool, ...], layout: Layout, *, single: bool = False) -> tuple[Spot, ...]:
    """Where each card of a section stands, by whether it has a picture."""
    last = len(pictured) - 1
    wide = RowKind.TALL if single else RowKind.WIDE
    if layout is Layout.HEADLINES:
        return tuple(Spot(RowKind.LIST, at == 0, at == last) for at in range(last + 1))
    if layout is Layout.COMPACT:
        top = [Spot(wide, opens=True, closes=True)] if pictured[:1] == (True,) else []
        return (*top, *spots(pictured[len(top) :], Layout.HEADLINES))
    found: list[Spot] = []
    if layout is Layout.LEAD and pictured:
        found.append(Spot(RowKind.LEAD, opens=True, closes=True))
    while len(found) <= last:
        picture, following = pictured[len(found)], pictured[len(found) + 1 : len(found) + 2]
        ruled = bool(found) and not picture
        if following == (picture,) and not single:
            kind = RowKind.PAIR if picture else RowKind.PLAIN_PAIR
            found += [Spot(kind, True, False, ruled), Spot(kind, False, True, ruled)]
        else:
            kind = wide if picture else RowKind.PLAIN
            found.append(Spot(kind, opens=True, closes=True, ruled=ruled))
    return tuple(found)
