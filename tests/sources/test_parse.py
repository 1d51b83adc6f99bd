"""Feed documents in worker processes: what comes back, and that nothing hostile stays."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from digest.errors import SourceError
from digest.sources.parse import FeedParser

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>
<link>https://example.org/</link>{}</channel></rss>"""
ITEM = "<item><title>Storm {0}</title><link>https://example.org/{0}</link><guid>{0}</guid></item>"


def rss(*items: str) -> bytes:
    return RSS.format("".join(items)).encode()


def test_reads_an_entry_as_it_was_written(parser: FeedParser) -> None:
    feed = parser.parse(
        rss(
            """<item><title>AT&T &amp; Caf&eacute;</title><link>https://example.org/1</link>
            <guid isPermaLink="false">x1</guid><pubDate>Thu, 20 Aug 2026 09:00:00 BST</pubDate>
            <category>World</category><author>desk@example.org (Ana Reis)</author>
            <enclosure url="https://example.org/1.jpg" type="image/jpeg" length="1"/>
            <description>&lt;p&gt;It rose.&lt;/p&gt;</description></item>"""
        )
    )
    (entry,) = feed.entries
    assert (feed.version, feed.title, feed.link) == ("rss20", "Wire", "https://example.org/")
    assert (entry.title, entry.link, entry.guid) == ("AT&T & Café", "https://example.org/1", "x1")
    assert not entry.guid_is_link
    assert entry.published == "Thu, 20 Aug 2026 09:00:00 BST"
    assert (entry.categories, entry.author) == (("World",), "desk@example.org (Ana Reis)")
    assert [one.url for one in entry.enclosed] == ["https://example.org/1.jpg"]
    assert entry.summary == "<p>It rose.</p>"


@pytest.mark.parametrize("first", [True, False])
def test_a_pictures_words_are_not_the_entrys(parser: FeedParser, first: bool) -> None:
    picture = """<media:content xmlns:media="http://search.yahoo.com/mrss/" url="https://a.org/b.jpg"
    medium="image"><media:title>Not this</media:title><media:description type="plain">A boat
    </media:description></media:content>"""
    words = "<title>Storm</title><description>It rose.</description>"
    (entry,) = parser.parse(
        rss(f"<item>{picture if first else ''}{words}{'' if first else picture}</item>")
    ).entries
    assert (entry.title, entry.summary, entry.content) == ("Storm", "It rose.", "")
    assert [one.alt for one in entry.media] == ["A boat"]
    (alone,) = parser.parse(rss(f"<item><title>Storm</title>{picture}</item>")).entries
    assert alone.summary == "A boat"


def test_the_second_parser_helps_where_the_first_finds_nothing(parser: FeedParser) -> None:
    prefixed = (
        b'<x:rss xmlns:x="http://backend.userland.com/rss2"><x:channel><x:title>Wire</x:title>'
        b"<x:item><x:title>Storm</x:title><x:link>https://example.org/1</x:link></x:item>"
        b"</x:channel></x:rss>"
    )
    as_json = (
        b'{"version":"https://jsonfeed.org/version/1.1","title":"Wire","items":[{"id":"1",'
        b'"url":"https://example.org/1","title":"Storm","content_text":"It rose."}]}'
    )
    for document in (prefixed, as_json):
        (entry,) = parser.parse(document).entries
        assert (entry.title, entry.link) == ("Storm", "https://example.org/1")


def test_what_is_no_feed_has_no_version(parser: FeedParser) -> None:
    page = b"""<!DOCTYPE html><html><head>
    <link rel="alternate" type="application/rss+xml" href="/feed/"></head><body>x</body></html>"""
    feed = parser.parse(page)
    assert (feed.version, feed.is_page, feed.page_feeds) == ("", True, ("/feed/",))
    for nothing in (b"", b"hello", b"{", b'{"a":1}', b"\x00\xff" * 100, b"<a><b/></a>"):
        assert parser.parse(nothing).version == ""


@pytest.mark.parametrize("end", ["inside", "between"])
def test_a_document_cut_short_says_so(parser: FeedParser, end: str) -> None:
    whole = rss(ITEM.format(1), ITEM.format(2), ITEM.format(3))
    at = whole.index(b"Storm 3") + 3 if end == "inside" else whole.index(b"<item><title>Storm 3")
    feed = parser.parse(whole[:at])
    assert feed.cut
    assert [one.title for one in feed.entries][:2] == ["Storm 1", "Storm 2"]
    assert feed.cut_entry == (len(feed.entries) == 3)
    assert not parser.parse(whole).cut


def test_a_comment_before_the_feed_is_not_its_root(parser: FeedParser) -> None:
    """Taken for cut short, a feed would be read again at every poll."""
    comment = b"<!-- made by hand, see <img src='a'> --><?x <y?>\n<!-- <z> -->"
    # an undeclared prefix keeps it from the quick reader
    feed = parser.parse(comment + rss("<x:y/>" + ITEM.format(1)))
    assert (feed.cut, len(feed.entries)) == (False, 1)
    assert parser.parse(comment + rss("<x:y/>" + ITEM.format(1))[:-30]).cut


def test_entries_beyond_the_limit_are_counted(parser: FeedParser) -> None:
    feed = parser.parse(rss(*(ITEM.format(number) for number in range(2100))))
    assert (len(feed.entries), feed.over_limit) == (2000, 100)


def test_a_very_large_feed_is_quick(parser: FeedParser) -> None:
    body = "<description>" + "word " * 60 + "</description></item>"
    items = (ITEM.format(number).replace("</item>", body) for number in range(20_000))
    started = time.monotonic()
    feed = parser.parse(rss(*items))
    assert (len(feed.entries), feed.over_limit) == (2000, 18_000)
    assert time.monotonic() - started < 10


HOSTILE = {
    "laughs": b'<!DOCTYPE r [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 12) for n in range(12))
    + b"]><rss><channel><title>&m;</title></channel></rss>",
    "file": b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]><rss version="2.0"><channel>'
    b"<item><title>&a;</title><link>https://example.org/</link></item></channel></rss>",
    "attributes": b"<rss><channel " + b" ".join(b"a%d='x'" % n for n in range(12_000)) + b">",
    "comments": b"<rss><channel>" + b"<!--" * 80_000,
    "nested": b"<rss><channel><item><description>" + b"<div>" * 100_000,
    "nulls": b"<rss>" + b"\x00" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_end_within_bounds(name: str) -> None:
    """In a result or in a classified error, and the next document is read as ever."""
    with FeedParser(workers=1, seconds=15) as parser:
        started = time.monotonic()
        try:
            titles = [entry.title for entry in parser.parse(HOSTILE[name]).entries]
        except SourceError:
            titles = []
        assert all(title in {"", "&a;"} for title in titles)
        assert time.monotonic() - started < 16
        assert parser.parse(rss(ITEM.format(1))).entries[0].title == "Storm 1"


def test_a_worker_that_takes_too_long_is_replaced() -> None:
    slow = b"<rss><channel " + b" ".join(b"a%d='x'" % n for n in range(400_000)) + b">"
    with FeedParser(workers=1, seconds=0.6) as parser:
        started = time.monotonic()
        with pytest.raises(SourceError, match="more time or memory"):
            parser.parse(slow)
        assert time.monotonic() - started < 3
    with FeedParser(workers=1) as parser:
        assert parser.parse(rss(ITEM.format(1))).entries


def test_a_worker_that_died_is_replaced() -> None:
    with FeedParser(workers=1) as parser:
        parser.parse(rss(ITEM.format(1)))
        worker = parser._idle.get()
        assert worker is not None
        worker._process.kill()
        worker._process.wait()
        parser._idle.put(worker)
        assert parser.parse(rss(ITEM.format(2))).entries[0].title == "Storm 2"


def test_many_threads_share_the_workers(parser: FeedParser) -> None:
    def title(number: int) -> str:
        return parser.parse(rss(ITEM.format(number))).entries[0].title

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(title, range(60))) == [f"Storm {n}" for n in range(60)]


def test_closing_leaves_no_process() -> None:
    parser = FeedParser(workers=2)
    parser.parse(rss(ITEM.format(1)))
    worker = parser._idle.queue[-1]
    assert worker is not None
    parser.close()
    assert worker._process.returncode is not None
