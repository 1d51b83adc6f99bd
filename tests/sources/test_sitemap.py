"""News sitemaps, their indexes, and servers that answer with something else."""

import gzip
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from digest.model import (
    Alias,
    AliasKind,
    DateGrade,
    GatheredSource,
    GatherStatus,
    Image,
    RejectReason,
    SourceMemory,
)
from digest.sources.sitemap import MAX_PARTS, SitemapSettings, SitemapSource
from tests.sources.origin import Handler, Origin, fetcher

NOW = datetime(2026, 8, 20, 9, tzinfo=UTC)
NONE = SourceMemory()
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">"""


def url(number: int, title: str | None = "", extra: str = "") -> str:
    told = "" if title is None else f"<news:title>{title or f'Story {number}'}</news:title>"
    return f"""<url><loc>https://site.example/2026/story-{number}?utm_source=map</loc>
<news:news><news:publication><news:name>Site</news:name><news:language>en</news:language>
</news:publication><news:publication_date>2026-08-20T06:00:00+02:00</news:publication_date>{told}
<news:keywords>World, Harbours</news:keywords></news:news>{extra}</url>"""


def sitemap(*urls: str) -> bytes:
    return f"{HEAD}{''.join(urls)}</urlset>".encode()


def index(*parts: tuple[str, str]) -> bytes:
    rows = "".join(
        f"<sitemap><loc>{loc}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</sitemap>"
        for loc, day in parts
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>'.encode()


def gather(address: str, memory: SourceMemory = NONE, **bounds: Any) -> GatheredSource:
    settings = SitemapSettings(name="map", url=address)
    return SitemapSource(settings, fetcher(**bounds)).gather(memory, NOW)


def test_a_news_sitemap_gives_headlines_dates_and_languages(origin: Origin) -> None:
    picture = "<image:image><image:loc>https://site.example/1.jpg</image:loc></image:image>"
    body = sitemap(
        url(1, "Storm &amp; flood & <![CDATA[<b>more</b>]]>", picture),
        url(2),
        url(2),
        url(3, None),
        "<url><loc>https://site.example/about</loc></url>",
    )
    gathered = gather(origin.gives("/news.xml", body))
    assert gathered.status is GatherStatus.OK, gathered.note
    first, second = gathered.stories
    assert (first.headline, second.headline) == ("Storm & flood & more", "Story 2")
    assert (first.standfirst, first.text, first.language) == ("", "", "en")
    assert (first.published_at, first.date_grade) == (
        datetime(2026, 8, 20, 4, tzinfo=UTC),
        DateGrade.EXACT,
    )
    assert first.aliases == (Alias(AliasKind.URL, "site.example/2026/story-1"),)
    assert first.image == Image(url="https://site.example/1.jpg")
    assert first.categories == ("World", "Harbours")
    assert [(reject.reason, reject.detail) for reject in gathered.rejects][1:] == [
        (RejectReason.DUPLICATE, "'Story 2' stands there twice"),
        (RejectReason.NO_HEADLINE, "addresses without a news title: 1"),
    ]
    assert gathered.rejects[0].reason is RejectReason.NO_HEADLINE


def test_an_index_is_followed_to_its_newest_parts(origin: Origin) -> None:
    origin.gives("/posts.xml", sitemap("<url><loc>https://site.example/old</loc></url>"))
    origin.gives("/news-1.xml.gz", gzip.compress(sitemap(url(1))))
    origin.gives("/inner.xml", index(("/deep.xml", ""), ("/inner.xml", "")))
    origin.gives("/deep.xml", sitemap(url(2)))
    body = index(
        ("/archive-2019.xml", "2019-01-01"),
        ("/posts.xml", "2026-08-20"),
        ("/inner.xml", "2026-08-19"),
        ("/news-1.xml.gz", ""),
        ("/missing.xml", ""),
    )
    gathered = gather(origin.gives("/index.xml", body))
    assert [story.headline for story in gathered.stories] == ["Story 1", "Story 2"]
    assert [path for path, _ in origin.requests][:2] == ["/index.xml", "/news-1.xml.gz"]
    assert not any("archive" in path for path, _ in origin.requests)
    assert {(reject.reason, reject.detail.split()[-1]) for reject in gathered.rejects} == {
        (RejectReason.NO_HEADLINE, "1"),
        (RejectReason.UNREADABLE, "404"),
    }


def test_an_endless_index_ends(origin: Origin) -> None:
    parts = [(f"/part-{number}.xml", "") for number in range(500)]
    origin.gives("/part-", index(*[(f"/part-{number}9.xml", "") for number in range(500)]))
    gathered = gather(origin.gives("/index.xml", index(*parts)))
    assert len(origin.requests) == MAX_PARTS + 1
    assert gathered.status is GatherStatus.OK
    assert [reject.reason for reject in gathered.rejects] == [RejectReason.OVER_LIMIT]


def test_the_same_again_is_not_modified(origin: Origin) -> None:
    address = origin.gives("/news.xml", sitemap(url(1)), ETag='"one"')
    first = gather(address)
    assert gather(address, first.memory).status is GatherStatus.NOT_MODIFIED
    assert origin.requests[-1][1]["if-none-match"] == '"one"'
    origin.answers["/news.xml"] = lambda handler: handler.reply(304)
    assert gather(address, first.memory).status is GatherStatus.NOT_MODIFIED
    origin.gives("/news.xml", sitemap(url(1), url(2)))
    assert len(gather(address, first.memory).stories) == 2


def test_an_index_is_never_asked_whether_it_changed(origin: Origin) -> None:
    origin.gives("/news.xml", sitemap(url(1)))
    address = origin.gives("/index.xml", index(("/news.xml", "")), ETag='"one"')
    first = gather(address)
    origin.gives("/news.xml", sitemap(url(1), url(2)))
    assert len(gather(address, first.memory).stories) == 2
    assert all("if-none-match" not in headers for _, headers in origin.requests)


LAUGHS = b'<!DOCTYPE urlset [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><urlset><url/></urlset>'


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"<!DOCTYPE html><html><body>Welcome</body></html>", "web page"),
        (b'{"code": 1}', "not well-formed"),
        (b"<rss/>", "not a sitemap"),
        (LAUGHS, "DTD"),
        (b"<urlset>" + b"<url>" * 30_000, "deeper"),
        (b"<urlset><url><loc>https://site.ex", "not well-formed"),
        (gzip.compress(b" " * 200_000_000, mtime=0), "larger than 10 MB"),
        (gzip.compress(sitemap(), mtime=0)[:40], "cut short"),
        (b"", "not well-formed"),
    ],
)
def test_what_is_no_sitemap_is_a_failure_with_a_reason(
    origin: Origin, body: bytes, problem: str
) -> None:
    gathered = gather(origin.gives("/news.xml", body))
    assert gathered.status is GatherStatus.FAILED
    assert problem in gathered.note


def test_addresses_inside_our_networks_are_not_followed(origin: Origin) -> None:
    traps = ("http://10.0.0.1/a.xml", "file:///etc/passwd", "http://[::1", "http://a b/")
    parts = [*((trap, "") for trap in traps), ("/news.xml", "")]
    origin.gives("/news.xml", sitemap(url(1)))
    gathered = gather(origin.gives("/index.xml", index(*parts)))
    assert len(gathered.stories) == 1
    assert [reject.reason for reject in gathered.rejects] == [RejectReason.UNREADABLE] * 4


def test_a_part_that_hangs_costs_its_own_stories_alone(origin: Origin) -> None:
    def hang(handler: Handler) -> None:
        time.sleep(1.5)

    origin.answers["/news-hang.xml"] = hang
    origin.gives("/part.xml", sitemap(url(1)))
    body = index(("/news-hang.xml", ""), ("/part.xml", ""))
    gathered = gather(origin.gives("/index.xml", body), deadline=0.5, idle=0.5)
    assert len(gathered.stories) == 1
    assert [reject.reason for reject in gathered.rejects] == [RejectReason.UNREADABLE]


def test_a_full_sitemap_is_bounded(origin: Origin) -> None:
    body = sitemap(*[url(number) for number in range(20_000)])
    gathered = gather(origin.gives("/news.xml", body))
    assert len(gathered.stories) == 2000
    assert {reject.reason for reject in gathered.rejects} == {RejectReason.OVER_LIMIT}
    assert len(gathered.rejects) == 18_000


def test_gone_is_told(origin: Origin) -> None:
    assert gather(origin.gives("/news.xml", b"", 410)).status is GatherStatus.GONE
