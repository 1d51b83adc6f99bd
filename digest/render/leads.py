"""Which links of a sheet lead through our own site: stories, other reports, blocks, our own ad.

Never readers' own links, our own pages, or a house advertisement that somebody pays for. A
sponsor's block leads there as the sponsor gave it, without parameters of ours.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from digest.model import (
    Block,
    BlockKind,
    Card,
    Clicks,
    FilledSection,
    HouseAd,
    LinkPlace,
    More,
    Sheet,
    Target,
    Utm,
)
from digest.render.clean import web_url
from digest.render.utm import tagged

#: target → ``/c/<link>``
Paths: TypeAlias = Callable[[Target], str]


def led(sheet: Sheet, paths: Paths, base: str) -> Sheet:
    """``sheet`` with a path beside each address that may be counted. ``base``: our own site."""
    way = _Way(sheet, paths, base)
    return replace(
        sheet,
        sections=tuple(map(way.section, sheet.sections)),
        house_ad=sheet.house_ad and way.house_ad(sheet.house_ad),
        clicks=Clicks(base=base),
    )


@dataclass(frozen=True, slots=True)
class _Way:
    sheet: Sheet
    paths: Paths
    base: str

    def section(self, one: FilledSection) -> FilledSection:
        if one.block is not None:
            return replace(one, path=self._block(one.slug, one.block))
        return replace(one, cards=tuple(self._card(one.slug, card) for card in one.cards))

    def house_ad(self, one: HouseAd) -> HouseAd:
        if one.paid:
            return one
        return replace(
            one, path=self._path(one.url, Target(url="", place=LinkPlace.HOUSE_AD), self.sheet.utm)
        )

    def _card(self, section: str, card: Card) -> Card:
        here = Target(url="", place=LinkPlace.STORY, section=section, story=card.story)
        more = tuple(self._more(one, replace(here, place=LinkPlace.MORE)) for one in card.more)
        return replace(card, path=self._path(card.url, here, self.sheet.utm), more=more)

    def _more(self, one: More, here: Target) -> More:
        return replace(one, path=self._path(one.url, here, self.sheet.utm))

    def _block(self, slug: str, one: Block) -> str:
        if one.kind is BlockKind.TEXT:
            return self._path(
                one.url, Target(url="", place=LinkPlace.TEXT, section=slug), self.sheet.utm
            )
        theirs = Target(url="", place=LinkPlace.SPONSOR, section=slug)
        return self._path(one.url, theirs, None)

    def _path(self, url: str, here: Target, utm: Utm | None) -> str:
        address = web_url(url)
        if not address or address == self.base or address.startswith(f"{self.base}/"):
            return ""
        return self.paths(replace(here, url=tagged(address, utm)))
