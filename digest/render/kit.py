"""Variants as joins: what they share is rendered once and referred to ever after.

A ``Kit`` belongs to a template and all else that variants share (``VariantContent.shared``). It
holds the frame and renders a card once for each way it can be set (``Spot``): so there are as many
fragments as stories, not as pairs of neighbours, whatever order each reader gets them in.
An ``IssueKit`` adds an issue's frozen cards, so that a selection of story ids becomes a variant.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from operator import attrgetter, getitem

from digest.model import (
    Card,
    Clicks,
    FilledSection,
    Fragment,
    RenderedVariant,
    StoryId,
    Token,
    Utm,
    VariantContent,
)
from digest.render.block_view import usable
from digest.render.blocks import CARD, SECTION_TITLE, PartTemplate
from digest.render.clicks import counted
from digest.render.frame import Frame, Told
from digest.render.side import NoSide, Side
from digest.render.slim import tidy_html, tidy_text
from digest.render.style import Style
from digest.render.tokens import Placeholders
from digest.render.view import (
    IndexEntry,
    SectionView,
    Spot,
    card_view,
    index,
    inset_view,
    one_line,
    place,
    section_view,
    spots,
    varying,
)
from digest.render.words import translate

#: cards kept by what they say: some 12 KB each, encoded and all
KEPT = 8192
_digest = attrgetter("digest")


class Kit:
    """The mail of one edition, date and language, but for its stories.

    Safe to share between threads. Whatever it renders may raise BadTemplateError, with file and
    line, where the template is at fault.
    """

    def __init__(
        self,
        html: PartTemplate,
        text: PartTemplate,
        values: Mapping[str, object],
        language: str,
        style: Style = Style.FULL,
        template: str = "",
        utm: Utm | None = None,
        clicks: Clicks | None = None,
    ) -> None:
        places = Placeholders()
        known = {
            **{token.value: mark for token, mark in places.values.items()},
            **values,  # may tell a token's name itself: then no reader's value goes there
            "_": partial(translate, language=language),
        }
        self.language = language
        self.style = style
        self.template = template
        self.utm = utm
        self.by = counted(clicks, places.values[Token.CLICK])
        plain = style is Style.PLAIN
        self._html = NoSide() if plain else Side(html, known, places, tidy_html)
        self._text = Side(text, known, places, tidy_text)
        self._frame = Frame(self._html, self._text)
        self.card = lru_cache(KEPT)(self._card)
        self.title = lru_cache(KEPT)(self._title)
        self.inset = lru_cache(KEPT)(self._inset)

    def issue(self, sections: Iterable[FilledSection]) -> "IssueKit":
        """A kit for selections from ``sections``; see ``IssueKit``."""
        return IssueKit(self, sections)

    def render(self, content: VariantContent) -> RenderedVariant:
        """The variant of ``content``, whose ``shared`` must be the kit's own."""
        return self.issue(content.sections).variant(
            [(one.slug, [card.story for card in one.cards]) for one in content.sections],
            subject=content.subject,
            preheader=content.preheader,
        )

    def whole(self, content: VariantContent) -> Fragment:
        """Both parts by plain Jinja2, nothing reused: what ``render`` is held against."""
        values = varying(content, self.by)
        return Fragment(self._html.whole(values), self._text.whole(values))

    def join(self, stories: list[Fragment], told: Told) -> RenderedVariant:
        """The variant that ``stories`` and what is ``told`` around them make."""
        fragments = self._frame.around(stories, told)
        seed = b"".join([told.subject.encode(), b"\n", *map(_digest, fragments)])
        return RenderedVariant(
            key=hashlib.sha256(seed).hexdigest(),
            subject=told.subject,
            preheader=told.preheader,
            language=self.language,
            fragments=fragments,
            plain=self.style is Style.PLAIN,
        )

    def _title(self, section: FilledSection, *, first: bool) -> Fragment:
        return self._story(SECTION_TITLE, {"section": section_view(section, first=first)})

    def _card(self, section: FilledSection, card: Card, spot: Spot, *, first: bool) -> Fragment:
        view = card_view(card, self.language, self.utm, self.by)
        values = {"section": section_view(section, first=first), "place": place(view, spot)}
        return self._story(CARD, values)

    def _inset(self, section: FilledSection) -> list[Fragment]:
        """A block, with what the template makes of its being a section without a title."""
        view = inset_view(section, self.language, self.utm, self.by)
        values = {"section": view, "place": view.places[0]}
        return [self._story(SECTION_TITLE, values), self._story(CARD, values)]

    def _story(self, block: str, values: Mapping[str, object]) -> Fragment:
        return Fragment(self._html.story(block, values), self._text.story(block, values))


class IssueKit:
    """Makes variants of an issue from selections of its stories, by reference.

    Made once per issue and language (``Renderer.kit(content).issue(sections)``) from the frozen
    cards: ``sections`` hold each card that any reader may get there. Section slugs are unique, as
    is a story within its section. A card is rendered when the first reader gets it; from then on a
    variant costs microseconds.
    """

    def __init__(self, kit: Kit, sections: Iterable[FilledSection]) -> None:
        self._kit = kit
        self._index = lru_cache(4096)(self._find_index)
        self._pools: dict[tuple[str, bool], _Pool] = {}
        self._insets: dict[str, FilledSection] = {}
        for section in kit.style.sections(sections, kit.template):
            if section.block is not None:
                self._insets[section.slug] = section
            cards = {card.story: card for card in section.cards}
            for first in (True, False):
                self._pools[section.slug, first] = _Pool(kit, section, cards, first=first)

    def variant(
        self,
        sections: Sequence[tuple[str, Sequence[StoryId]]],
        *,
        subject: str,
        preheader: str,
    ) -> RenderedVariant:
        """The variant with these stories in this order: (section slug, stories), as readers see it.

        Sections without stories are left out, but for blocks. Raises KeyError for a section or
        story that the kit does not hold, BadTemplateError where the template is at fault.
        """
        stories: list[Fragment] = []
        filled: list[tuple[str, int]] = []
        for slug, chosen in sections:
            if chosen:
                stories += self._pools[slug, not filled].fragments(chosen)
                filled.append((slug, len(chosen)))
            elif slug in self._insets:
                stories += self._kit.inset(self._insets[slug])
        index = self._index(tuple(filled))
        views = partial(self._views, sections)
        told = Told(one_line(subject), one_line(preheader), index, views)
        return self._kit.join(stories, told)

    def _find_index(self, filled: tuple[tuple[str, int], ...]) -> tuple[IndexEntry, ...]:
        return index([(self._pools[slug, False].section, count) for slug, count in filled])

    def _views(self, sections: Sequence[tuple[str, Sequence[StoryId]]]) -> tuple[SectionView, ...]:
        kit = self._kit
        first = next((slug for slug, chosen in sections if chosen), None)
        return tuple(
            self._pools[slug, slug == first].view(chosen)
            if chosen
            else inset_view(self._insets[slug], kit.language, kit.utm)
            for slug, chosen in sections
            if chosen or slug in self._insets
        )


class _Pool:
    """One section's cards, and their fragments by story and spot."""

    def __init__(
        self, kit: Kit, section: FilledSection, cards: Mapping[StoryId, Card], *, first: bool
    ) -> None:
        self._kit = kit
        #: without its cards
        self.section = replace(section, cards=())
        self._first = first
        self._single = kit.style.single_column
        self._cards = cards
        self._pictured = {story: usable(card.image) is not None for story, card in cards.items()}
        self._title = kit.title(self.section, first=first)
        #: how each story looks in a spot, as far as rendered
        self._made: dict[Spot, dict[StoryId, Fragment]] = {}
        self._tables = lru_cache(4096)(self._find_tables)

    def fragments(self, stories: Sequence[StoryId]) -> list[Fragment]:
        """The section's title and its ``stories``."""
        tables = self._tables(tuple(map(self._pictured.__getitem__, stories)))
        try:
            return [self._title, *map(getitem, tables, stories)]
        except KeyError:  # some are seen in their spot for the first time
            self._render(stories)
            return [self._title, *map(getitem, tables, stories)]

    def view(self, stories: Sequence[StoryId]) -> SectionView:
        """The section as a template sees it."""
        kit = self._kit
        cards = [card_view(self._cards[story], kit.language, kit.utm, kit.by) for story in stories]
        return section_view(self.section, first=self._first, cards=cards, single=self._single)

    def _find_tables(self, pictured: tuple[bool, ...]) -> list[dict[StoryId, Fragment]]:
        """For each place of a section of this shape: story → how it looks there."""
        found = spots(pictured, self.section.layout, single=self._single)
        return [self._made.setdefault(spot, {}) for spot in found]

    def _render(self, stories: Sequence[StoryId]) -> None:
        shape = tuple(self._pictured[story] for story in stories)
        found = spots(shape, self.section.layout, single=self._single)
        for story, spot in zip(stories, found, strict=True):
            if story not in self._made[spot]:
                card = self._cards[story]
                made = self._kit.card(self.section, card, spot, first=self._first)
                self._made[spot][story] = made
