"""A pasted address: what the page tells of its story, and pages that tell nothing."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from digest.model import Alias, AliasKind, DateGrade, Image, ParsedStory, Reject, RejectReason
from digest.sources import article
from digest.sources.identity import Parameters
from tests.sources.origin import Origin, fetcher

NOW = datetime(2026, 8, 20, 9, tzinfo=UTC)
BODY = "".join(
    f"<p>Paragraph {number} tells what happened in the harbour that day, and who saw it.</p>"
    for number in range(6)
)
GRAPH = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebSite", "@id": "#site", "name": "The Post"},
        {"@type": ["Person"], "@id": "#ana", "name": "Ana Reis"},
        {
            "@type": "ImageObject",
            "@id": "#image",
            "url": "/harbour-1600.jpg",
            "width": 1600,
            "height": "900px",
        },
        {"@type": "NewsArticle", "headline": "A story in the side bar"},
        {
            "@type": "NewsArticle",
            "headline": "Harbour &amp; ferry reopen",
            "description": "Nine days after the storm & the flood.",
            "image": {"@id": "#image"},
            "author": [{"@id": "#ana"}, {"@type": "Person", "name": "Li Wen"}],
            "datePublished": "2026-08-20T09:00:00+02:00",
            "dateModified": "2026-08-20T08:00:00Z",
            "articleSection": ["World", "Weather"],
            "inLanguage": "en-GB",
        },
    ],
}
FURNITURE = "<nav><a href='/world/'>World</a></nav><footer>All rights reserved, 2026.</footer>"


def page(head: str, body: str = BODY, **attributes: str) -> bytes:
    told = "".join(f' {name}="{value}"' for name, value in attributes.items())
    html = f"<!doctype html><html{told}><head>{head}</head><body>{FURNITURE}"
    return f"{html}<article><h1>On the page</h1>{body}</article></body></html>".encode()


def data(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def read(
    origin: Origin,
    body: bytes,
    path: str = "/2026/story/?utm_source=mail",
    kind: str = "text/html; charset=utf-8",
) -> ParsedStory | Reject:
    return article.read(origin.gives(path, body, Content_Type=kind), fetcher(), NOW)


def story(origin: Origin, body: bytes, kind: str = "text/html; charset=utf-8") -> ParsedStory:
    found = read(origin, body, kind=kind)
    assert isinstance(found, ParsedStory), found
    return found


def refused(origin: Origin, body: bytes, **asked: str) -> Reject:
    found = read(origin, body, **asked)
    assert isinstance(found, Reject), found
    return found


def test_json_ld_tells_most(origin: Origin) -> None:
    head = (
        '<link rel="canonical" href="/2026/story/"><link rel="shortlink" href="/?p=7">'
        '<meta property="og:title" content="For the networks">' + data(GRAPH)
    )
    found = story(origin, page(head))
    host = origin.url.removeprefix("http://")
    assert found.url == f"{origin.url}/2026/story/"
    assert found.aliases == (
        Alias(AliasKind.GUID, f"{host}/?p=7"),
        Alias(AliasKind.URL, f"{host}/2026/story"),
    )
    assert found.headline == "Harbour & ferry reopen"
    assert found.standfirst == "Nine days after the storm & the flood."
    assert found.byline == "Ana Reis, Li Wen"
    assert (found.published_at, found.date_grade) == (
        datetime(2026, 8, 20, 7, tzinfo=UTC),
        DateGrade.EXACT,
    )
    assert found.modified_at == datetime(2026, 8, 20, 8, tzinfo=UTC)
    assert (found.language, found.categories) == ("en-gb", ("World", "Weather"))
    assert found.image == Image(url=f"{origin.url}/harbour-1600.jpg", width=1600, height=900)
    assert found.text.startswith("Paragraph 0 tells")
    assert "\n\nParagraph 5 tells" in found.text
    assert "rights reserved" not in found.text


def test_open_graph_tells_where_json_ld_does_not(origin: Origin) -> None:
    head = """<title>Ignored</title><meta property="og:title" content="Storm &amp; rain | The Post">
<meta property="og:site_name" content="The Post"><meta property="og:description" content="5 &lt; 6">
<meta property="og:image" content="/a.jpg"><meta property="og:image:width" content="600">
<meta property="og:image:alt" content="A crane"><meta property="og:image" content="/b.jpg">
<meta property="og:image:width" content="1300"><meta property="og:image:alt" content="A ship">
<meta property="article:published_time" content="2026-08-20T09:00:00+0530">
<meta property="article:section" content="World"><meta property="og:locale" content="fr_FR">
<meta name="author" content="By Ana Reis"><meta property="og:url" content="/2026/canonical/">"""
    found = story(origin, page(head))
    assert (found.headline, found.standfirst) == ("Storm & rain", "5 < 6")
    assert found.image == Image(url=f"{origin.url}/b.jpg", alt="A ship", width=1300)
    assert found.published_at == datetime(2026, 8, 20, 3, 30, tzinfo=UTC)
    assert (found.byline, found.language, found.categories) == ("Ana Reis", "fr-fr", ("World",))
    assert found.url == f"{origin.url}/2026/canonical/"
    assert len(found.aliases) == 2  # its canonical address and the pasted one


def test_the_page_itself_tells_where_nothing_else_does(origin: Origin) -> None:
    body = f'<time datetime="2026-08-20 09:00">today</time>{BODY}'
    url = origin.gives("/a-story", page("", body, lang="de"), Content_Type="text/html")
    found = article.read(url, fetcher(), NOW, zone=ZoneInfo("Europe/Berlin"))
    assert isinstance(found, ParsedStory)
    assert (found.headline, found.language) == ("On the page", "de")
    assert (found.published_at, found.date_grade) == (
        datetime(2026, 8, 20, 7, tzinfo=UTC),
        DateGrade.ASSUMED_ZONE,
    )
    assert found.standfirst.startswith("Paragraph 0 tells")


def test_another_site_is_not_believed_to_be_the_canonical_one(origin: Origin) -> None:
    head = '<link rel="canonical" href="https://elsewhere.example/x"><title>T</title>'
    found = story(origin, page(head))
    assert found.url.startswith(origin.url)
    assert all("elsewhere" not in alias.value for alias in found.aliases)


def test_a_canonical_address_of_the_front_page_is_a_mistake_of_the_page(origin: Origin) -> None:
    found = story(origin, page('<link rel="canonical" href="/"><title>T</title>'))
    assert found.url == f"{origin.url}/2026/story/?utm_source=mail"


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "Broken',
        "<!-- not json -->",
        "[" * 100_000,
        "null",
        '{"@type": 5, "headline": []}',
        '{"@type": "NewsArticle", "headline": {"a": 1}, "image": [[]], "author": 3}',
        '{"@type": "NewsArticle", "name": "x", "image": {"@id": "#a"}, "author": {"@id": {}}}',
    ],
)
def test_broken_json_ld_is_no_reason_to_fail(origin: Origin, script: str) -> None:
    head = f'<title>T</title><script type="application/ld+json">{script}</script>'
    assert story(origin, page(head)).headline in {"On the page", "x"}


def test_json_ld_with_raw_line_breaks_and_comments_is_read(origin: Origin) -> None:
    script = '<!-- {"@type":"NewsArticle","headline":"Over two\nlines"} -->'
    head = f'<script type="application/ld+json">{script}</script>'
    assert story(origin, page(head)).headline == "Over two lines"


def test_the_charset_is_found(origin: Origin) -> None:
    html = '<html><head><meta charset="windows-1252"><title>Café d’Or</title></head><body></body>'
    found = story(origin, html.encode("cp1252"), kind="text/html")
    assert found.headline == "Café d’Or"


def test_what_is_no_story_is_a_reject_with_a_reason(origin: Origin) -> None:
    front = refused(origin, page("<title>The Post</title>"), path="/")
    assert (front.reason, "front page" in front.detail) == (RejectReason.BAD_LINK, True)
    untitled = refused(origin, b"<html><body><p>Hello</p></body></html>")
    assert untitled.reason is RejectReason.NO_HEADLINE
    picture = refused(origin, b"\x89PNG", kind="image/png")
    assert "image/png, not a web page" in picture.detail
    origin.gives("/2026/", b"", 404)
    missing = article.read(f"{origin.url}/2026/", fetcher(), NOW)
    assert isinstance(missing, Reject)
    assert "404" in missing.detail
    for address in ("ftp://a.example/", "javascript:alert(1)", "", "http://", "/etc/passwd"):
        trap = article.read(address, fetcher(), NOW)
        assert isinstance(trap, Reject)
        assert trap.reason is RejectReason.BAD_LINK
    inside = article.read("http://169.254.169.254/latest/meta-data/", fetcher(), NOW)
    assert isinstance(inside, Reject)
    assert "private address" in inside.detail


@pytest.mark.parametrize(
    "body",
    [
        page(data({"@type": "CollectionPage", "name": "World"}) + "<title>World</title>"),
        page("<title>World</title>").replace(b"<body>", b"<body class='archive category'>"),
    ],
)
def test_a_page_of_many_stories_is_none(origin: Origin, body: bytes) -> None:
    assert "lists stories" in refused(origin, body).detail
    assert story(origin, body.replace(b"archive", b"single").replace(b"Collection", b"Web"))


def test_the_sites_own_parameters_make_the_name(origin: Origin) -> None:
    url = origin.gives("/a-story", page("<title>T</title>"), Content_Type="text/html")
    rules = Parameters.of(["NCID"], ["*"])
    found = article.read(f"{url}?ncid=7&box=2", fetcher(), NOW, parameters=rules)
    assert isinstance(found, ParsedStory)
    host = origin.url.removeprefix("http://")
    assert found.aliases == (Alias(AliasKind.URL, f"{host}/a-story?ncid=7"),)


def test_text_that_takes_too_long_costs_the_text_alone(origin: Origin) -> None:
    """300,000 spans in one paragraph keep the extraction busy for minutes."""
    body = "<p>" + "<span>a</span> " * 90_000 + "</p>"
    found = story(origin, page(data(GRAPH), body))
    assert (found.headline, found.text) == (
        "Harbour & ferry reopen",
        "Nine days after the storm & the flood.",
    )
