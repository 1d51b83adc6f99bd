"""The pages that links in a sample mail lead to."""

import base64
import re
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from xml.etree.ElementTree import fromstring

import pytest

from digest.sample import PAGE_POLICY, SampleStory, front_page, page, stories

VOID = {"meta", "img"}


class _Balance(HTMLParser):
    """Follows the open elements; fails at the first that is closed out of turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _read(html: str) -> _Balance:
    balance = _Balance()
    balance.feed(html)
    assert balance.open == []
    return balance


def _page(slug: str) -> str:
    html = page(slug)
    assert html is not None
    return html


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.slug)
def test_a_page_is_well_formed_and_tells_the_story(story: SampleStory) -> None:
    html = _page(story.slug)
    seen = _read(html).seen
    assert dict(seen)["html"] == {
        "lang": story.language,
        "dir": "rtl" if story.language == "ar" else "ltr",
    }
    assert unescape(re.findall(r"<h1>(.*?)</h1>", html)[0]) == story.headline
    for paragraph in story.paragraphs:
        assert paragraph in unescape(html)
    images = [attributes for tag, attributes in seen if tag == "img"]
    assert [image["alt"] for image in images] == ([story.alt] if story.alt else [])
    assert {tag for tag, _ in seen}.isdisjoint({"script", "link", "b", "iframe"})


def test_a_page_is_well_formed_xml_but_for_its_void_elements() -> None:
    html = _page("why-b-and-braces-still-break-the-news")
    closed = re.sub(r"<((?:meta|img)\b[^>]*)>", r"<\1/>", html.removeprefix("<!doctype html>"))
    heading = fromstring(closed).find("body/main/h1")
    assert heading is not None
    assert heading.text == "Why <b> and {{ name }} still break the news & other bugs"


def test_there_is_no_page_for_an_unknown_slug() -> None:
    assert page("nothing-here") is None
    assert page("") is None
    assert page("../stories/README") is None


def test_the_front_page_leads_to_every_story() -> None:
    html = front_page()
    links = {attributes.get("href") for tag, attributes in _read(html).seen if tag == "a"}
    assert links == {f"{story.slug}/" for story in stories()}


@pytest.mark.parametrize("html", [front_page(), _page("dhofar-luban-musiqa")])
def test_the_policy_allows_the_style_and_nothing_else_inline(html: str) -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in PAGE_POLICY
    assert "style=" not in html
    assert "default-src 'none'" in PAGE_POLICY
