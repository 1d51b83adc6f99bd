"""Counted links in mail: which there are, and that readers share all but what tells them apart."""

from dataclasses import replace
from datetime import date

import pytest

from digest.model import (
    Block,
    BlockKind,
    Clicks,
    FilledSection,
    HouseAd,
    IssueId,
    Layout,
    LinkPlace,
    More,
    Sheet,
    StoryId,
    Target,
    Token,
    Utm,
    VariantContent,
)
from digest.render.leads import led
from digest.render.render import Renderer
from tests.render.issue import BRAND, TEMPLATES, card, content
from tests.render.test_kit import joined, whole

BASE = "https://news.meridian.example"
RENDERER = Renderer([TEMPLATES], BRAND)
UTM = Utm(parameters=(("utm_source", "digest"),))
OURS = HouseAd(text="Read on", url="https://meridian.example/club")


def sheet(*urls: str, house_ad: HouseAd | None = OURS) -> Sheet:
    """A story at each address, each with another report."""
    more = (More(headline="Again", url="https://other.example/x"),)
    cards = [
        replace(card(number, f"Story {number}", url=url), more=more)
        for number, url in enumerate(urls, 1)
    ]
    return Sheet(
        issue=IssueId(7),
        edition="daily",
        edition_name="Daily",
        template="daily",
        local_date=date(2026, 11, 24),
        language="en",
        subject="s",
        empty_subject="s",
        preheader="p",
        sections=(FilledSection(slug="a", title="A", layout=Layout.CARDS, cards=tuple(cards)),),
        house_ad=house_ad,
        utm=UTM,
    )


def found(told: Sheet) -> dict[Target, str]:
    """The links of a sheet, numbered as they come."""
    paths: dict[Target, str] = {}
    led(told, lambda target: paths.setdefault(target, f"/c/{len(paths) + 1}.mac"), BASE)
    return paths


def test_what_is_counted_and_what_is_not() -> None:
    bad = ("javascript:x", "mailto:a@b.example", "", f"{BASE}/join", BASE, f"{BASE}:8080/x")
    told = found(sheet("https://meridian.example/1?utm_source=own#top", *bad))
    stories = [one for one in told if one.place is LinkPlace.STORY]
    assert [(one.url, one.section, one.story) for one in stories] == [
        ("https://meridian.example/1?utm_source=own#top", "a", StoryId(1)),
        (f"{BASE}:8080/x?utm_source=digest", "a", StoryId(7)),
    ], "another port is another site"
    assert sum(one.place is LinkPlace.MORE for one in told) == 7
    assert Target(url=f"{OURS.url}?utm_source=digest", place=LinkPlace.HOUSE_AD) in told
    paid = found(sheet(house_ad=replace(OURS, paid=True)))
    assert paid == {}
    assert found(sheet(house_ad=None)) == {}


def test_blocks_lead_there_too_and_a_sponsors_as_it_was_given() -> None:
    blocks = [
        Block(id=1, kind=BlockKind.TEXT, title="Meet us", url="https://meridian.example/meet"),
        Block(id=2, kind=BlockKind.SPONSOR, title="Tea", url="https://leaf.example/?a=b"),
        Block(id=3, kind=BlockKind.TEXT, text="Nothing to follow."),
        Block(id=4, kind=BlockKind.TEXT, title="Join", url=f"{BASE}/join"),
    ]
    sections = [
        FilledSection(slug=one.slug, title="", layout=Layout.CARDS, block=one) for one in blocks
    ]
    told = replace(sheet(house_ad=None), sections=tuple(sections))
    paths = found(told)
    assert paths == {
        Target(
            url="https://meridian.example/meet?utm_source=digest",
            place=LinkPlace.TEXT,
            section="block:1",
        ): "/c/1.mac",
        Target(
            url="https://leaf.example/?a=b", place=LinkPlace.SPONSOR, section="block:2"
        ): "/c/2.mac",
    }
    counted = led(told, paths.__getitem__, BASE)
    of = content(*counted.sections, utm=UTM, clicks=Clicks(base=BASE))
    assert joined(of) == whole(of)
    made = RENDERER.render(of)
    text = "".join(piece for piece in (*made.html, *made.text) if isinstance(piece, str))
    assert "leaf.example" not in text
    assert f"{BASE}/c/2.mac" in text
    assert f"{BASE}/join" in text


def variant(*, personal: bool) -> VariantContent:
    told = sheet("https://meridian.example/1", "https://meridian.example/2")
    paths = found(told)
    counted = led(told, paths.__getitem__, BASE)
    return content(
        *counted.sections,
        house_ad=counted.house_ad,
        utm=UTM,
        clicks=Clicks(base=BASE, personal=personal),
    )


@pytest.mark.parametrize("personal", [False, True])
def test_in_pieces_as_in_one(personal: bool) -> None:
    of = variant(personal=personal)
    assert joined(of) == whole(of)
    made = RENDERER.render(of)
    told = "".join(piece for piece in (*made.html, *made.text) if isinstance(piece, str))
    assert "meridian.example/1" not in told
    assert "other.example" not in told
    assert "utm_source" not in told, "what is counted gets it on the way"
    uses = Token.CLICK in (*made.html, *made.text)
    assert uses is personal
    assert f"{BASE}/c/1.mac" in told


def test_without_clicks_all_leads_where_it_says() -> None:
    of = replace(variant(personal=False), clicks=None)
    made = RENDERER.render(of)
    told = "".join(piece for piece in made.html if isinstance(piece, str))
    assert "/c/" not in told
    assert "https://meridian.example/1?utm_source=digest" in told
    assert RENDERER.page(of).count("/c/") == 0
