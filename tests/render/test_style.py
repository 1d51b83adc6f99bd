"""Styles, the index, and what stands around the stories where there is any."""

import re
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest

from digest.model import HouseAd, Image, VariantContent
from digest.render.message import build
from digest.render.render import Renderer
from digest.render.tokens import fill
from tests.render.issue import BRAND, TEMPLATES, TOKENS, message, twenty, write_files
from tests.render.test_kit import joined, whole

RENDERER = Renderer([TEMPLATES], replace(BRAND, subscribe_url="https://meridian.example/subscribe"))
OWN = (
    '<mjml><mj-head><mj-title>T</mj-title><mj-attributes><mj-all font-family="serif"/>'
    "</mj-attributes></mj-head><mj-body><mj-section><mj-column><mj-text>"
    'Dear {{ name }}, <a href="{{ leave_url }}">leave</a>'
    "</mj-text></mj-column></mj-section></mj-body></mjml>"
)
FULL = replace(
    twenty(),
    template="weekly",
    note="Good <morning>.\n\nWe were away.",
    house_ad=HouseAd(
        text="Read us & help",
        url="https://m.example/join?a=1&b=2",
        image=Image(url="https://m.example/a.png", alt="A press"),
    ),
    web_copy=True,
)


def parts(of: VariantContent) -> tuple[str, str]:
    variant = RENDERER.render(of)
    return fill(variant.html, TOKENS, html=True), fill(variant.text, TOKENS, html=False)


@pytest.mark.parametrize("style", ["full", "large", "headlines", "plain"])
@pytest.mark.parametrize("template", ["daily", "weekly", "brief", "quiet"])
def test_a_join_is_what_plain_jinja_renders(template: str, style: str) -> None:
    of = replace(FULL, template=template, style=style)
    assert joined(of) == whole(of)


def test_large_print_is_large_and_in_one_column() -> None:
    html, text = parts(replace(FULL, style="large"))
    body = html.split("<body", 1)[1]
    assert min(int(size) for size in re.findall(r"font-size:(\d+)px", body) if size != "0") >= 17
    assert "font-size:20px;line-height:1.5" in body
    assert "mj-column-per-50" not in body
    assert text == parts(FULL)[1]


def test_headlines_alone() -> None:
    html, text = parts(replace(FULL, style="headlines", house_ad=None))
    assert "<img" not in html
    assert "Councils along the lower river" not in html + text
    assert html.count("<h3") == 20


def test_a_brief_is_a_list_whatever_the_layouts() -> None:
    html, _ = parts(replace(FULL, template="brief", house_ad=None))
    assert "<img" not in html
    rules = html.count("border-top:1px solid")
    assert rules == 1 + 20 - 4, "the masthead's, and between the stories of each section"


def test_a_story_right_below_a_title_needs_no_rule() -> None:
    bare = replace(FULL.sections[1], cards=FULL.sections[1].cards[1:2])
    for template in ("daily", "quiet"):
        html, _ = parts(replace(FULL, sections=(bare,), template=template))
        assert html.count("border-top:1px solid") == 1, "the masthead's"


def test_plain_is_the_text_of_full_and_nothing_else() -> None:
    plain = RENDERER.render(replace(FULL, style="plain"))
    full = RENDERER.render(FULL)
    assert plain.plain
    assert not full.plain
    assert (plain.html, plain.text) == ((), full.text)
    assert plain.key != full.key
    raw = build(message(plain))
    assert b"\r\nContent-Type: text/plain; charset=utf-8\r\n" in raw.partition(b"\r\n\r\n")[0]
    assert b"multipart" not in raw


def test_the_web_copy_is_the_mail_without_its_reader() -> None:
    mail = fill(RENDERER.render(FULL).html, TOKENS, html=True)
    page = RENDERER.page(replace(FULL, web_copy=False))
    for card in FULL.cards:
        assert escape(card.headline) in page
    for value in TOKENS.values():
        assert escape(value) not in page
    for said in ("Unsubscribe", "View in browser", "because you subscribed"):
        assert said in mail
        assert said not in page
    assert 'href=""' not in page
    assert "Forwarded this?" in page


def test_a_name_in_a_web_copy_is_a_word_for_anybody(tmp_path: Path) -> None:
    write_files(tmp_path, {"own.mjml": OWN, "own.txt": "Dear {{ name }}"})
    page = Renderer([tmp_path, TEMPLATES], BRAND).page(replace(FULL, template="own"))
    assert "Dear reader, " in page
    assert "<a>" in page.replace('<a href="">', "<a>")


def test_a_style_is_a_variant_of_its_own() -> None:
    keys = {RENDERER.render(replace(FULL, style=style)).key for style in ("full", "large")}
    assert len(keys) == 2


def test_the_index_leads_to_sections_that_are_there() -> None:
    html, text = parts(FULL)
    targets = re.findall(r'href="#([^"]+)"', html)
    assert targets == ["africa", "asia", "brief"]
    assert all(f'id="{target}"' in html for target in targets)
    assert "Africa 5 · Asia & Oceania 2 · In brief 8" in text
    few = parts(replace(FULL, sections=FULL.sections[:2]))
    assert 'href="#' not in few[0]


def test_what_stands_around_the_stories() -> None:
    html, text = parts(FULL)
    for said in ("Good &lt;morning&gt;.", "From us", "Read us &amp; help", "View in browser"):
        assert said in html
    for said in ("Good <morning>.\n\nWe were away.", "From us: Read us & help\n", "/subscribe\n"):
        assert said in text
    assert FULL.house_ad is not None
    paid = parts(replace(FULL, house_ad=replace(FULL.house_ad, paid=True)))
    assert all("Advertisement" in part and "From us" not in part for part in paid)
    acting = replace(FULL.house_ad, url="javascript:x()")
    assert "Read us" not in parts(replace(FULL, house_ad=acting))[0]


def test_nothing_stands_where_there_is_nothing() -> None:
    nothing = Renderer([TEMPLATES], BRAND).render(replace(twenty(), template="weekly"))
    for part in (fill(nothing.html, TOKENS, html=True), fill(nothing.text, TOKENS, html=False)):
        for said in ("From us", "Advertisement", "View in browser", "Forwarded this?"):
            assert said not in part
