"""Hostile origins: each poll ends within its bounds in stories, rejects or one clear line.

Bombs in compression, endless bodies, redirect loops and dripping servers: test_fetch.py. Addresses
and names that lead inside: test_guard.py, test_fetch_manners.py.
"""

import time

import pytest

from digest.model import GatheredSource, GatherStatus, SourceMemory
from digest.sources.feed import FeedSettings, FeedSource
from digest.sources.parse import FeedParser
from tests.sources.origin import Handler, Origin, fetcher
from tests.sources.test_fetch import NOW

ITEM = b"<item><title>Storm %d</title><link>https://example.org/%d</link></item>"
XML = "text/xml"


def rss(*parts: bytes, head: bytes = b"") -> bytes:
    return (
        head
        + b"<rss version='2.0'><channel><title>W</title>"
        + b"".join(parts)
        + b"</channel></rss>"
    )


def poll(url: str, parser: FeedParser, deadline: float = 10) -> GatheredSource:
    source = FeedSource(FeedSettings(name="wire", url=url), fetcher(deadline=deadline), parser)
    return source.gather(SourceMemory(), NOW)


LAUGHS = b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 12) for n in range(12))
ATTRIBUTES = b" ".join(b"a%d='x'" % n for n in range(20_000))
HOSTILE = {
    "bomb of entities": rss(
        ITEM % (1, 1),
        b"<item><title>&m;</title></item>",
        head=b'<!DOCTYPE r [<!ENTITY a "ha">' + LAUGHS + b"]>",
    ),
    "one long entity, often": rss(
        b"<item><title>" + b"&a;" * 20_000 + b"</title></item>",
        head=b'<!DOCTYPE r [<!ENTITY a "' + b"x" * 50_000 + b'">]>',
    ),
    "outside entity": rss(
        b"<item><title>&a;</title><link>https://example.org/</link></item>",
        head=b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    ),
    "outside DTD": rss(ITEM % (1, 1), head=b'<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "attributes": rss(b"<item " + ATTRIBUTES + b"><title>A</title></item>"),
    "comments": rss(b"<!--" * 100_000, ITEM % (1, 1)),
    "closed comments": rss(b"<!-- - -->" * 100_000, ITEM % (1, 1)),
    "CDATA never closed": rss(b"<item><title><![CDATA[" * 50_000),
    "30,000 nested tags": rss(b"<item><description>" + b"<div>" * 30_000),
    "30,000 nested and closed tags": rss(
        b"<item><title>A</title>" + b"<x>" * 30_000 + b"</x>" * 30_000 + b"</item>"
    ),
    "30,000 nested tags, escaped": rss(
        b"<item><title>A</title><link>https://example.org/</link><description>"
        + b"&lt;div&gt;" * 30_000
        + b"</description></item>"
    ),
    "nulls": rss(ITEM % (1, 1)).replace(b"Storm", b"St\x00orm"),
    "nothing but nulls": b"\x00" * 2_000_000,
    "a headline of a megabyte": rss(b"<item><title>" + b"x" * 1_000_000 + b"</title></item>"),
    "ampersands": rss(b"<item><title>" + b"&" * 500_000 + b"</title></item>"),
    "open angle brackets": rss(b"<item><title>" + b"&lt;" * 200_000 + b"</title></item>"),
    "guid of a megabyte": rss(b"<item><guid>" + b"x" * 1_000_000 + b"</guid></item>"),
    "a link of a megabyte": rss(
        b"<item><title>A</title><link>https://example.org/" + b"a/../" * 200_000 + b"</link></item>"
    ),
    "dates": rss(b"<item><title>A</title><pubDate>" + b"1 " * 300_000 + b"</pubDate></item>"),
    "HTML posing as JSON": b'{"version": "https://jsonfeed.org/version/1.1", "items": <html>',
    "deep JSON": b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * 200_000,
    "not the charset it says": b"<?xml version='1.0' encoding='utf-16'?>" + rss(ITEM % (1, 1)),
    "a charset that is none": b"<?xml version='1.0' encoding='punycode'?>" + rss(ITEM % (1, 1)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_end_within_bounds(name: str, origin: Origin) -> None:
    """And the next document is read as ever, by the same parser."""
    with FeedParser(workers=1, seconds=15) as parser:
        started = time.monotonic()
        url = origin.gives("/hostile", HOSTILE[name], Content_Type=XML)
        found = poll(url, parser)
        assert time.monotonic() - started < 16
        assert found.status is GatherStatus.FAILED or found.stories or found.rejects or found.note
        assert (found.note.count("\n"), len(found.note) < 400) == (0, True)
        assert all(len(story.headline) <= 500 for story in found.stories)
        assert not any("root:" in story.text for story in found.stories)
        good = poll(origin.gives("/good", rss(ITEM % (1, 1))), parser)
        assert [story.headline for story in good.stories] == ["Storm 1"]


@pytest.mark.parametrize(
    "name",
    [
        "nulls",
        "outside DTD",
        "closed comments",
        "not the charset it says",
        "a charset that is none",
    ],
)
def test_what_is_said_beside_the_trick_is_read(
    name: str, origin: Origin, parser: FeedParser
) -> None:
    found = poll(origin.gives("/f", HOSTILE[name], Content_Type=XML), parser)
    assert [story.headline for story in found.stories] == ["Storm 1"]


def test_nothing_of_this_machine_is_read_through_a_document(
    origin: Origin, parser: FeedParser
) -> None:
    asked = len(origin.requests)
    head = b'<!DOCTYPE r [<!ENTITY % x SYSTEM "' + origin.url.encode() + b'/dtd">%x;]>'
    poll(origin.gives("/f", rss(ITEM % (1, 1), head=head)), parser)
    links = [
        b"file:///etc/passwd",
        b"javascript:alert(1)",
        b"//../../etc/passwd",
        b"data:,x",
        b"\\\\host",
    ]
    items = b"".join(
        b"<item><title>A%d</title><link>%s</link></item>" % pair for pair in enumerate(links)
    )
    found = poll(origin.gives("/g", rss(items)), parser)
    assert all(story.url.startswith(origin.url) for story in found.stories)
    assert len(found.stories) + len(found.rejects) == len(links)
    assert len(origin.requests) - asked == 2


def test_a_feed_of_20000_items_is_read_to_its_limit_and_counted(
    origin: Origin, parser: FeedParser
) -> None:
    body = rss(*(ITEM % (number, number) for number in range(20_000)))
    started = time.monotonic()
    found = poll(origin.gives("/f", body), parser)
    assert (len(found.stories), len(found.rejects)) == (2000, 18_000)
    assert {reject.reason.value for reject in found.rejects} == {"over_limit"}
    assert time.monotonic() - started < 10


def test_endless_headers_are_left(origin: Origin, parser: FeedParser) -> None:
    def endless(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            handler.wfile.write(b"X-More: " + b"x" * 10_000 + b"\r\n")

    origin.answers["/"] = endless
    found = poll(f"{origin.url}/", parser, deadline=2)
    assert found.status is GatherStatus.FAILED
