"""Sites looked at over loopback: plain ones with feeds, and those with nothing to read."""

from datetime import UTC, datetime

import pytest

from digest.sources.fetch import Fetcher
from digest.sources.parse import FeedParser
from digest.survey import site
from digest.survey.page import Box
from digest.survey.site import Kind, Survey, SurveyError
from tests.sources.origin import Origin, fetcher
from tests.survey.sites import HTML, STORIES, XML, harbour_post, news_sitemap, rss

NOW = datetime.now(UTC)


def look(url: str, parser: FeedParser) -> Survey:
    return site.look(fetcher(), parser, url, NOW)


def test_a_plain_site_with_feeds(origin: Origin, parser: FeedParser) -> None:
    seen = look(harbour_post(origin), parser)
    assert (seen.kind, seen.source_url) == (Kind.FEED, f"{origin.url}/all.xml")
    assert (seen.name, seen.tagline) == ("The Harbour Post & Mail", "Tides and tidings")
    assert seen.language == "en-ke"
    assert (seen.place.zone, seen.place.zone_sure) == ("Africa/Nairobi", False)
    assert (seen.place.country, seen.place.country_sure) == ("KE", False)
    assert seen.logo == f"{origin.url}/logo.png"
    assert seen.accent
    assert seen.accent.light == "#aa4400"
    assert seen.boxes == (Box("Editors’ Picks", 3),)
    assert [feed.title for feed in seen.feeds] == ["Weekend"], (
        "Sport's stories are all in the first"
    )
    assert {term.name: term.count for term in seen.categories}["Business"] == 1
    assert seen.other_languages == {"sw": f"{origin.url}/sw/"}
    assert "/comments/feed.xml" not in [path for path, _ in origin.requests]


def test_a_logo_that_is_not_there_is_not_proposed(origin: Origin, parser: FeedParser) -> None:
    url = harbour_post(origin)
    origin.gives("/logo.png", b"<svg/>", Content_Type="image/svg+xml")
    seen = look(url, parser)
    assert (seen.logo, seen.icon) == ("", f"{origin.url}/touch.png")


def test_a_feed_at_a_usual_place(origin: Origin, parser: FeedParser) -> None:
    origin.gives("/", b"<html><title>Bare</title>", **HTML)
    origin.gives("/atom.xml", rss(*STORIES, base=origin.url, offset=0), **XML)
    for path in ("feed/", "rss", "feed.xml", "wp-json", "?rest_route"):
        origin.gives(f"/{path}", b"no", 404)
    seen = look(f"{origin.url}/", parser)
    assert seen.source_url == f"{origin.url}/atom.xml"
    assert seen.stories == len(STORIES)
    assert any("/feed/ answered 404" in note for note in seen.notes)


def test_the_address_of_a_feed(origin: Origin, parser: FeedParser) -> None:
    url = origin.gives("/all.xml", rss(*STORIES, base=origin.url, title="Tide"), **XML)
    seen = look(url, parser)
    assert (seen.name, seen.source_url, seen.url) == ("Tide", url, f"{origin.url}/")


def test_a_news_sitemap_where_there_is_no_feed(origin: Origin, parser: FeedParser) -> None:
    for path in ("/wp-json", "/feed", "/rss", "/atom", "/index"):
        origin.gives(path, b"no", 404)
    origin.gives("/", b"<html lang=sw><title>Mapped</title>", **HTML)
    robots = f"User-agent: *\nSitemap: {origin.url}/all.xml\nsitemap: {origin.url}/n/news.xml\n"
    origin.gives("/robots.txt", robots.encode(), Content_Type="text/plain")
    origin.gives("/n/news.xml", news_sitemap(f"{origin.url}/one", NOW), **XML)
    seen = look(f"{origin.url}/", parser)
    assert (seen.kind, seen.source_url) == (Kind.SITEMAP, f"{origin.url}/n/news.xml")
    assert (seen.name, seen.language, seen.stories) == ("Mapped", "sw", 1)
    assert "/all.xml" not in [path for path, _ in origin.requests]


def test_no_feed_says_what_was_tried(origin: Origin, parser: FeedParser) -> None:
    for path in ("/wp-json", "/feed", "/rss", "/atom", "/index", "/robots", "/news", "/sitemap"):
        origin.gives(path, b"no", 404)
    origin.gives("/", b'<html><link rel="alternate" type="application/rss+xml" href="/x">', **HTML)
    origin.gives("/x", b"<html>no feed</html>", **HTML)
    with pytest.raises(SurveyError) as caught:
        look(f"{origin.url}/", parser)
    told = str(caught.value)
    assert "no feed was found" in told
    assert "/x is no feed" in told
    assert "; /feed/, /rss.xml, /feed.xml, /rss, /atom.xml" in told
    assert (
        "/news-sitemap.xml, /sitemap-news.xml, /sitemap_news.xml, /sitemap/news.xml answered 404"
        in told
    )
    assert "\n" not in told


@pytest.mark.parametrize(
    ("status", "kind", "body", "told"),
    [
        (404, "text/html", b"<html>", "answered 404"),
        (403, "text/html", b"<html>", "answered 403"),
        (503, "text/html", b"<html>", "busy"),
        (410, "text/html", b"<html>", "410"),
        (200, "application/pdf", b"%PDF-1.7", "neither a web page nor a feed"),
        (200, "text/html", b"", "neither a web page nor a feed"),
        (200, "application/json", b"{}", "neither a web page nor a feed"),
    ],
)
def test_no_page_is_one_clear_line(
    origin: Origin, parser: FeedParser, status: int, kind: str, body: bytes, told: str
) -> None:
    origin.gives("/", body, status, Content_Type=kind)
    with pytest.raises(SurveyError) as caught:
        look(f"{origin.url}/", parser)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nobody_there(parser: FeedParser) -> None:
    with Origin() as gone:
        url = gone.url
    with pytest.raises(SurveyError, match=r"127\.0\.0\.1 was not read"):
        look(url, parser)


def test_a_private_address_needs_leave(origin: Origin, parser: FeedParser) -> None:
    with pytest.raises(SurveyError, match="--allow-private"):
        site.look(Fetcher("digest-tests"), parser, origin.gives("/", b"<html>", **HTML), NOW)


def test_a_page_cannot_lead_the_survey_inside(origin: Origin, parser: FeedParser) -> None:
    page = (
        b'<html><link rel="alternate" type="application/rss+xml" href="http://10.1.2.3/x.xml">'
        b'<link rel="https://api.w.org/" href="http://169.254.169.254/wp-json/">'
        b'<link rel="alternate" type="application/rss+xml" href="/all.xml">'
    )
    origin.gives("/", page, **HTML)
    origin.gives("/all.xml", rss(*STORIES, base=origin.url), **XML)
    seen = look(f"{origin.url}/", parser)
    assert seen.source_url == f"{origin.url}/all.xml"
    assert any("private address" in note for note in seen.notes)
