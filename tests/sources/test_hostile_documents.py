"""Hostile documents on every way in that has one: JSON feeds, sitemaps, REST answers and pages.

Feeds in XML have their own list in test_hostile.py. Each reading ends soon in stories, rejects or
one clear line; what comes out is clean; and what stands beside the trick is still read.
"""

import json
import re
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from digest.model import ParsedStory
from digest.sources.parse import FeedParser
from tests.sources.origin import Origin, fetcher
from tests.sources.readers import READERS, Ended
from tests.sources.test_wordpress_rest import post

#: by the clock, on a busy machine; the workers bound their own processor time
SECONDS = 22
TITLE = "Storm leaves the harbour in ruins"
PATH = "/2026/08/20/storm-leaves-the-harbour"
MANY = 30_000


@dataclass(frozen=True, slots=True)
class Trick:
    """A document, and whether the story that stands in it is still found."""

    body: bytes
    told: bool = False


def json_feed(*items: object, extra: str = "") -> bytes:
    head = f'{{"version": "https://jsonfeed.org/version/1.1", "title": "W"{extra}, "items": '
    return head.encode() + json.dumps(items).encode() + b"}"


GOOD = {"id": "1", "title": TITLE, "url": f"https://example.org{PATH}"}
JSON = {
    "deep": Trick(b'{"version":"https://jsonfeed.org/version/1","items":' + b"[" * 200_000),
    "deep and closed": Trick(json_feed(GOOD, extra=f', "x": {"[" * 900}{"]" * 900}'), told=True),
    "too deep and closed": Trick(json_feed(GOOD, extra=f', "x": {"[" * MANY}{"]" * MANY}')),
    "a number of 100,000 digits": Trick(json_feed(GOOD, extra=f', "x": {"9" * 100_000}')),
    "no numbers": Trick(json_feed(GOOD, extra=', "x": NaN, "y": -Infinity, "z": 1e999'), told=True),
    "keys given twice": Trick(json_feed(GOOD, extra=', "items": 5, "version": 7'), told=False),
    "200,000 keys": Trick(
        json_feed({**GOOD, **{f"k{number}": 0 for number in range(200_000)}}), told=True
    ),
    "nulls": Trick(json_feed({**GOOD, "title": TITLE.replace(" ", "\x00 ")}), told=True),
    "raw nulls": Trick(json_feed(GOOD).replace(b"harbour in", b"harbour\x00 in"), told=True),
    "half a surrogate pair": Trick(
        json_feed({**GOOD, "summary": "\ud800", "tags": ["\udfff"]}), told=True
    ),
    "not what they should be": Trick(
        json_feed(GOOD, 5, None, [[]], {"id": {}, "title": [1], "url": {"a": 1}}), told=True
    ),
    "HTML": Trick(b"<!doctype html><html><body>" + json_feed(GOOD) + b"</body></html>"),
    "HTML in an item": Trick(b'{"version": "https://jsonfeed.org/version/1", "items": [<html>'),
    "UTF-16 without a mark": Trick(json_feed(GOOD).decode().encode("utf-16-le"), told=True),
    "UTF-16 with a mark": Trick(json_feed(GOOD).decode().encode("utf-16"), told=True),
    "20,000 items": Trick(
        json_feed(*({**GOOD, "id": str(n), "url": f"https://e.org/{n}"} for n in range(20_000)))
    ),
    "addresses of this machine": Trick(
        json_feed(*({**GOOD, "id": bad, "url": bad} for bad in ("file:///etc/passwd", "\\\\h\\s")))
    ),
    "a headline of a megabyte": Trick(json_feed({**GOOD, "title": "x" * 1_000_000})),
    "30,000 tags of HTML": Trick(json_feed({**GOOD, "content_html": "<div>" * MANY}), told=True),
}

HEAD = (
    b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    b'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">'
)
URL = (
    f"<url><loc>https://example.org{PATH}</loc><n:news><n:title>{TITLE}</n:title></n:news></url>"
).encode()
LAUGHS = b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 12) for n in range(12))


def sitemap(*parts: bytes, before: bytes = b"") -> bytes:
    return before + HEAD + b"".join(parts) + b"</urlset>"


SITEMAP = {
    "bomb of entities": Trick(
        sitemap(URL, b"&m;", before=b'<!DOCTYPE u [<!ENTITY a "ha">' + LAUGHS + b"]>")
    ),
    "one long entity, often": Trick(
        sitemap(b"&a;" * 20_000, before=b'<!DOCTYPE u [<!ENTITY a "' + b"x" * 50_000 + b'">]>')
    ),
    "outside entity": Trick(
        sitemap(b"&a;", before=b'<!DOCTYPE u [<!ENTITY a SYSTEM "file:///etc/passwd">]>')
    ),
    "attributes": Trick(
        sitemap(b"<url " + b" ".join(b"a%d='x'" % n for n in range(100_000)) + b"/>", URL),
        told=True,
    ),
    "namespaces": Trick(
        sitemap(
            b"<url " + b" ".join(b"xmlns:a%d='u%d'" % (n, n) for n in range(MANY)) + b"/>", URL
        ),
        told=True,
    ),
    "one attribute twice": Trick(sitemap(b"<url a='1' a='2'/>", URL)),
    "comments": Trick(sitemap(b"<!-- - -->" * 100_000, URL), told=True),
    "comments never closed": Trick(sitemap(b"<!--" * 100_000, URL)),
    "30,000 nested tags": Trick(sitemap(b"<url>" * MANY, URL)),
    "an address of a megabyte": Trick(
        sitemap(URL.replace(b"https://", b"https://e.org/" + b"a/../" * 200_000))
    ),
    "a headline of a megabyte": Trick(sitemap(URL.replace(TITLE.encode(), b"x" * 1_000_000))),
    "nulls": Trick(sitemap(URL.replace(b"harbour in", b"harbour\x00 in")), told=True),
    "not the charset it says": Trick(
        sitemap(URL, before=b"<?xml version='1.0' encoding='utf-16'?>"), told=True
    ),
    "a charset that is none": Trick(
        sitemap(URL, before=b"<?xml version='1.0' encoding='rot13'?>"), told=True
    ),
    "addresses of this machine": Trick(
        sitemap(URL.replace(f"https://example.org{PATH}".encode(), b"file:///etc/passwd"))
    ),
    "20,000 addresses": Trick(
        sitemap(*(URL.replace(b"harbour<", b"%d<" % number) for number in range(20_000)))
    ),
}

LINK = f'<a href="{PATH}">{TITLE}</a>'


def page(head: str = "", body: str = "", before: str = "", title: str = TITLE) -> bytes:
    """A page with a box of picks; its own story has the same headline."""
    told = f"<!doctype html>{before}<html><head>{head}<title>{title}</title></head><body>"
    return f"{told}<section><h2>Picks</h2>{LINK}</section>{body}</body></html>".encode()


def linked(data: str) -> str:
    return f'<script type="application/ld+json">{data}</script>'


MEGABYTE = "x" * 1_000_000
PAGES = {
    "nested tags": Trick(page(body="<div>" * 4_000), told=True),
    "30,000 nested tags": Trick(page(body="<div>" * MANY)),
    "30,000 nested and closed tags": Trick(page(body="<b>" * MANY + "</b>" * MANY)),
    "nested tables": Trick(page(body="<table><tr><td>" * 10_000)),
    "formatting never closed": Trick(page(body="<p><b><i><u>" * 2_000)),
    "attributes": Trick(page(body="<p " + " ".join(f"a{n}=1" for n in range(MANY)) + ">")),
    "comments": Trick(page(body="<!-- - -->" * 100_000), told=True),
    "comments never closed": Trick(page(body="<!--" * 100_000), told=True),
    "open angle brackets": Trick(page(body="<" * 500_000), told=True),
    "entities": Trick(page(body="&amp;" * 200_000 + "&" * 200_000), told=True),
    "nulls": Trick(page(body="\x00" * 200_000), told=True),
    "nothing but nulls": Trick(b"\x00" * 2_000_000),
    "a headline of a megabyte": Trick(page(title=MEGABYTE)),
    "a doctype with entities": Trick(
        page(before='<!DOCTYPE h [<!ENTITY a SYSTEM "file:///etc/passwd">]>', body="&a;"),
        told=True,
    ),
    "a base of this machine": Trick(page('<base href="file:///etc/">')),
    "frames and objects": Trick(
        page(body='<iframe src="file:///etc/passwd"></iframe><object data="/x">' * 1000), told=True
    ),
    "deep JSON-LD": Trick(page(linked("[" * 200_000)), told=True),
    "JSON-LD that is its own child": Trick(
        page(linked('{"@type":"WebPage","@id":"#a","author":{"@id":"#a"},"image":{"@id":"#a"}}')),
        told=True,
    ),
    "5,000 JSON-LD scripts": Trick(page(linked('{"@type":"Thing"}') * 5_000), told=True),
    "pictures and names of this machine": Trick(
        page(
            '<meta property="og:image" content="file:///etc/passwd">'
            '<meta property="og:url" content="file:///etc/passwd">'
            '<link rel="canonical" href="javascript:alert(1)">'
        ),
        told=True,
    ),
    "not the charset it says": Trick(page('<meta charset="utf-16">'), told=True),
    "a charset that is none": Trick(page('<meta charset="rot13">'), told=True),
    "UTF-16 with a mark": Trick(page().decode().encode("utf-16"), told=True),
    "20,000 links": Trick(page(body=f"{LINK}<p>A</p>" * 20_000)),
}
#: the box is read from the same tree as the story: these differ in what is done with it
BOX_PAGES = {
    name: PAGES[name]
    for name in (
        "30,000 nested tags", "comments never closed", "entities", "nulls", "20,000 links",
        "a base of this machine", "not the charset it says", "UTF-16 with a mark",
    )
}  # fmt: skip


def rest(*posts: object) -> bytes:
    return json.dumps(posts).encode()


A_POST = {**post(1), "title": {"rendered": TITLE}, "link": f"https://example.org{PATH}"}
REST = {
    "deep": Trick(b"[" * 200_000),
    "HTML": Trick(b"<!doctype html><html><p>Checking your browser</p></html>"),
    "not the charset it says": Trick(json.dumps([A_POST]).encode("utf-16-le")),
    "odd posts": Trick(
        rest(A_POST, 5, [], {"id": 10**400}, {**post(2), "_embedded": {"wp:term": [5, [7]]}}),
        told=True,
    ),
    "a post of 30,000 tags": Trick(
        rest({**A_POST, "content": {"rendered": "<div>" * MANY + "<p>It rose.</p>"}}), told=True
    ),
    "nulls": Trick(rest({**A_POST, "title": {"rendered": TITLE.replace(" ", "\x00 ")}}), told=True),
    "markup in a headline": Trick(
        rest({**A_POST, "title": {"rendered": f"<img src=x onerror=alert(1)>{TITLE}"}}), told=True
    ),
}


def cases(way: str, tricks: dict[str, Trick], kind: str) -> list[object]:
    return [pytest.param(way, tricks[name], kind, id=f"{way}: {name}") for name in tricks]


@pytest.mark.parametrize(
    ("way", "trick", "kind"),
    [
        *cases("feed", JSON, "application/feed+json"),
        *cases("sitemap", SITEMAP, "application/xml"),
        *cases("page_box", BOX_PAGES, "text/html"),
        *cases("pasted", PAGES, "text/html"),
        *cases("wordpress", REST, "application/json"),
    ],
)
def test_hostile_documents_end_within_bounds(
    way: str, trick: Trick, kind: str, origin: Origin, parser: FeedParser
) -> None:
    url = origin.gives("/2026/08/20/a-story", trick.body, Content_Type=kind)
    if way == "wordpress":
        api = f'<{origin.url}/api/>; rel="https://api.w.org/"'
        url = origin.gives("/front", b"<html></html>", Content_Type="text/html", Link=api)
        origin.gives("/api/wp/v2/posts", trick.body, Content_Type=kind)
        origin.gives("/api/wp/v2/categories", b"[]")
    started = time.monotonic()
    ended = READERS[way](url, fetcher(), parser)
    assert time.monotonic() - started < SECONDS
    assert ended.fault or ended.stories or ended.rejects
    assert len(ended.fault) < 400
    assert_clean(ended)
    if trick.told:
        assert TITLE in {story.headline for story in ended.stories}, ended.fault


def assert_clean(ended: Ended) -> None:
    assert len(ended.stories) <= 2000
    for story in ended.stories:
        assert_plain(story)
        assert "root:" not in story.text
        addresses = [story.url, *([story.image.url] if story.image else [])]
        assert {urlsplit(one).scheme for one in addresses} <= {"http", "https"}
        assert all(len(one) < 4000 for one in addresses)
        assert len(story.headline) <= 500
        assert len(story.standfirst) <= 400


def assert_plain(story: ParsedStory) -> None:
    """No control character or surrogate, and it can be written down."""
    for words in (story.headline, story.standfirst, story.byline, *story.categories, story.text):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", words)
        words.encode()
