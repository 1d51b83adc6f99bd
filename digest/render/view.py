"""What a template sees of an issue: cleaned text, checked addresses, cards set in rows.

Built from ``VariantContent``; the story stays plain data, escaping is the template's autoescape.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from digest.model import Card, FilledSection, Image, Layout, More, VariantContent
from digest.render.brand import Brand
from digest.render.clean import clean_line, web_url
from digest.render.words import direction, long_date, text_direction

#: pictures known to be narrower, in pixels, are left out: blown up they look worse than none
_NARROWEST = 140
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
    #: headlines in a list
    LIST = "list"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Cards that stand together."""

    kind: RowKind
    cards: tuple[CardView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """A section as a template sees it."""

    slug: str
    title: str
    layout: str
    rows: tuple[Row, ...]
    cards: tuple[CardView, ...]


def page(content: VariantContent, brand: Brand) -> dict[str, object]:
    """The names a template may use, apart from the tokens and ``_``."""
    facing = direction(content.language)
    return {
        "brand": brand,
        "light": brand.light,
        "dark": brand.dark,
        "edition": clean_line(content.edition_name, 120),
        "date": long_date(content.local_date, content.language),
        "language": content.language,
        "dir": facing,
        "start": "right" if facing == "rtl" else "left",
        "end": "left" if facing == "rtl" else "right",
        "subject": clean_line(content.subject, 250),
        "preheader": clean_line(content.preheader, 250),
        "sections": tuple(
            _section(item, content.language) for item in content.sections if item.cards
        ),
    }


def _section(section: FilledSection, language: str) -> SectionView:
    cards = tuple(_card(card, language) for card in section.cards)
    return SectionView(
        slug=section.slug,
        title=clean_line(section.title, 120),
        layout=section.layout.value,
        rows=tuple(_rows(cards, section.layout)),
        cards=cards,
    )


def _card(card: Card, language: str) -> CardView:
    headline = clean_line(card.headline, 300)
    standfirst = clean_line(card.standfirst, 600)
    facing = text_direction(f"{headline} {standfirst}", direction(card.language or language))
    said_by = (clean_line(card.byline, 120), clean_line(card.source, 80))
    return CardView(
        headline=headline,
        url=web_url(card.url) or "#",
        standfirst="" if standfirst == headline else standfirst,
        kicker=clean_line(card.kicker, 60),
        credits=tuple(dict.fromkeys(filter(None, said_by))),
        language=card.language if _LANGUAGE.fullmatch(card.language) else language,
        dir=facing,
        align="right" if facing == "rtl" else "left",
        image=_image(card.image),
        update=card.update,
        more=tuple(_more(card.more, facing)),
    )


def _more(more: Iterable[More], facing: str) -> Iterator[MoreView]:
    """Reports whose address can be followed."""
    for one in more:
        headline = clean_line(one.headline, 200)
        if headline and (url := web_url(one.url)):
            yield MoreView(
                headline=headline,
                url=url,
                source=clean_line(one.source, 80),
                dir=text_direction(headline, facing),
            )


def _image(image: Image | None) -> Image | None:
    if image is None or not web_url(image.url):
        return None
    if image.width is not None and image.width < _NARROWEST:
        return None
    return Image(
        url=image.url, alt=clean_line(image.alt, 400), width=image.width, height=image.height
    )


def _rows(cards: tuple[CardView, ...], layout: Layout) -> Iterator[Row]:
    if layout is Layout.HEADLINES:
        yield Row(kind=RowKind.LIST, cards=cards)
        return
    rest = list(cards)
    if layout is Layout.LEAD and rest:
        first = rest.pop(0)
        yield Row(kind=RowKind.LEAD, cards=(first,))
    while rest:
        first, second = rest[0], rest[1] if len(rest) > 1 else None
        alike = second is not None and (first.image is None) == (second.image is None)
        if second is not None and alike:
            kind = RowKind.PLAIN_PAIR if first.image is None else RowKind.PAIR
            yield Row(kind=kind, cards=(first, second))
            rest = rest[2:]
        else:
            yield Row(kind=RowKind.PLAIN if first.image is None else RowKind.WIDE, cards=(first,))
            rest = rest[1:]
