"""A feed source against origins that behave and that do not."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.model import (
    AliasKind,
    DateGrade,
    GatheredSource,
    GatherStatus,
    Image,
    PickOrigin,
    RejectReason,
    SourceMemory,
)
from digest.sources.feed import FeedSettings, FeedSource
from digest.sources.feed_stories import byline
from digest.sources.parse import FeedParser
from tests.sources.origin import Handler, Origin, fetcher

NOW = datetime(2026, 8, 20, 9, tzinfo=UTC)
NONE = SourceMemory()
FEED = b"""<?xml version="1.0"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Wire</title>
<link>https://wire.example/</link><language>en_GB</language>
<item><title>AT&T &amp; Caf&eacute; d&#8217;Or</title><link>/2026/storm?utm_source=rss</link>
 <guid isPermaLink="false">https://wire.example/?p=7</guid><category>Editors' Picks</category>
 <category>World</category><pubDate>Thu, 20 Aug 2026 09:00:00 BST</pubDate>
 <author>desk@wire.example (By Ana Reis)</author>
 <description>&lt;p&gt;It rose.&lt;/p&gt;</description>
 <content:encoded><![CDATA[<p>It rose.</p><p>Then it fell.</p>]]></content:encoded>
 <media:content url="https://wire.example/s.jpg" width="640" type="image/jpeg"/>
 <media:content url="https://wire.example/m.jpg" width="1400" type="image/jpeg"/>
 <media:content url="https://wire.example/l.jpg" width="4000" type="image/jpeg"/></item>
<item><title></title><link>https://wire.example/2</link></item>
<item><title>Nowhere</title></item>
<item><title>Trap</title><link>javascript:alert(1)</link></item>
<item><title>Again</title><link>https://wire.example/5</link><guid>5</guid></item>
<item><title>Again</title><link>https://wire.example/5</link><guid>5</guid></item>
</channel></rss>"""


def gather(
    parser: FeedParser, url: str, memory: SourceMemory = NONE, **settings: object
) -> GatheredSource:
    chosen = replace(FeedSettings(name="wire", url=url), **settings)  # type: ignore[arg-type]
    return FeedSource(chosen, fetcher(), parser).gather(memory, NOW)


def test_every_entry_becomes_a_story_or_a_reject(origin: Origin, parser: FeedParser) -> None:
    url = origin.gives("/feed", FEED, Content_Type="application/rss+xml")
    gathered = gather(parser, url, pick_categories=("editors-picks",))
    assert gathered.status is GatherStatus.OK
    story, again = gathered.stories
    assert (story.headline, story.standfirst) == ("AT&T & Café d’Or", "It rose.")
    assert story.url == "https://wire.example/2026/storm?utm_source=rss"
    assert [(alias.kind, alias.value) for alias in story.aliases] == [
        (AliasKind.GUID, "wire.example/?p=7"),
        (AliasKind.URL, "wire.example/2026/storm"),
    ]
    assert (story.published_at, story.date_grade) == (
        datetime(2026, 8, 20, 8, tzinfo=UTC),
        DateGrade.EXACT,
    )
    assert (story.text, story.byline) == ("It rose.\n\nThen it fell.", "Ana Reis")
    assert (story.language, story.categories) == ("en-gb", ("Editors' Picks", "World"))
    assert story.image == Image(url="https://wire.example/m.jpg", width=1400)
    assert (story.pick, again.pick) == (PickOrigin.CATEGORY, None)
    assert [reject.reason for reject in gathered.rejects] == [
        RejectReason.NO_HEADLINE,
        RejectReason.NO_LINK,
        RejectReason.BAD_LINK,
        RejectReason.DUPLICATE,
    ]
    assert gathered.note == "4 of its entries could not be used"


def test_atom_and_rdf(origin: Origin, parser: FeedParser) -> None:
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://wire.example/blog/">
    <title>Wire</title><entry><id>tag:wire.example,2026:1</id>
    <title type="html">Fish &amp;amp; &lt;i>chips&lt;/i></title>
    <link rel="self" href="/self"/><link href="storm"/><updated>2026-08-20T09:00:00+0530</updated>
    <author><name>Ana Reis</name></author><author><name>Bo Lind</name></author></entry></feed>"""
    rdf = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
    <channel rdf:about="https://wire.example/"><title>Wire</title></channel>
    <item rdf:about="https://wire.example/1"><title>Storm</title>
    <link>https://wire.example/1</link><dc:date>2026-08-20</dc:date></item></rdf:RDF>"""
    (story,) = gather(parser, origin.gives("/atom", atom)).stories
    assert (story.headline, story.url) == ("Fish & chips", "https://wire.example/blog/storm")
    assert (story.byline, story.published_at) == (
        "Ana Reis, Bo Lind",
        datetime(2026, 8, 20, 3, 30, tzinfo=UTC),
    )
    (story,) = gather(parser, origin.gives("/rdf", rdf)).stories
    assert (story.headline, story.date_grade) == ("Storm", DateGrade.DAY_ONLY)


def test_asks_with_both_validators_and_believes_304(origin: Origin, parser: FeedParser) -> None:
    def conditional(handler: Handler) -> None:
        if handler.headers.get("If-None-Match") == '"7"':
            handler.reply(304, ETag='"7"')
        else:
            handler.reply(200, FEED, ETag='"7"', Last_Modified="Thu, 20 Aug 2026 08:00:00 GMT")

    origin.answers["/"] = conditional
    first = gather(parser, origin.url)
    second = gather(parser, origin.url, first.memory)
    assert second.status is GatherStatus.NOT_MODIFIED
    assert second.memory == first.memory
    assert origin.requests[-1][1]["if-modified-since"] == "Thu, 20 Aug 2026 08:00:00 GMT"
    changed = gather(parser, origin.url, second.memory, pick_tags=("world",))
    assert changed.status is GatherStatus.OK  # new settings: read again, picks anew
    assert changed.stories[0].pick is PickOrigin.TAG


def test_the_same_bytes_are_not_modified(origin: Origin, parser: FeedParser) -> None:
    url = origin.gives("/", FEED)
    first = gather(parser, url)
    assert gather(parser, url, first.memory).status is GatherStatus.NOT_MODIFIED
    origin.gives("/", FEED.replace(b"Nowhere", b"Somewhere"))
    assert gather(parser, url, first.memory).status is GatherStatus.OK


def test_gone_is_gone(origin: Origin, parser: FeedParser) -> None:
    gathered = gather(parser, origin.gives("/", b"", 410))
    assert gathered.status is GatherStatus.GONE
    assert "Remove the source" in gathered.note


def test_a_busy_server_is_left_alone_as_long_as_it_asks(origin: Origin, parser: FeedParser) -> None:
    memory = SourceMemory(etag='"7"', body_hash="x:y")
    gathered = gather(parser, origin.gives("/", b"", 503, Retry_After="1800"), memory)
    assert gathered.status is GatherStatus.FAILED
    assert gathered.memory.not_before == NOW + timedelta(minutes=30)
    assert replace(gathered.memory, not_before=None) == memory
    healed = gather(parser, origin.gives("/", FEED), gathered.memory)
    assert healed.memory.not_before is None


PAGE = (
    b"<!DOCTYPE html><html><head><title>Login</title>"
    b'<link rel="alternate" type="application/rss+xml" href="/real-feed"></head></html>'
)


@pytest.mark.parametrize(
    ("body", "status", "note"),
    [
        (PAGE, 200, "this is a web page, not a feed. Its feed may be {url}/real-feed"),
        (b"", 200, "the answer is empty"),
        (b"Hello", 200, "this is not a feed"),
        (b"<a><b/></a>", 200, "this is not a feed"),
        (FEED[:700], 200, "the feed is cut short"),
        (b"no", 404, "the server answered 404. Nothing is there: check the address"),
        (b"no", 500, "the server answered 500"),
    ],
)
def test_a_lying_source_is_one_clear_line(
    origin: Origin, parser: FeedParser, body: bytes, status: int, note: str
) -> None:
    gathered = gather(parser, origin.gives("/", body, status))
    assert gathered.status is GatherStatus.FAILED
    assert gathered.note.startswith(note.format(url=origin.url))
    assert "\n" not in gathered.note


def test_a_feed_cut_short_gives_what_is_whole_and_is_read_again(
    origin: Origin, parser: FeedParser
) -> None:
    url = origin.gives("/", FEED[: FEED.index(b"Again") + 3], ETag='"half"')
    gathered = gather(parser, url)
    assert [story.headline for story in gathered.stories] == ["AT&T & Café d’Or"]
    assert RejectReason.UNREADABLE in {reject.reason for reject in gathered.rejects}
    assert "cut short" in gathered.note
    assert gathered.memory == SourceMemory()


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("desk@wire.example (Ana Reis)", "Ana Reis"),
        ("Ana Reis <desk@wire.example>", "Ana Reis"),
        ("By Ana Reis (Harbour Post)", "Ana Reis (Harbour Post)"),
        ("desk@wire.example", ""),
        ("Byron Lind", "Byron Lind"),
    ],
)
def test_bylines_are_names_and_never_addresses(author: str, name: str) -> None:
    assert byline(author) == name


@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "windows-1251", "x-none"])
def test_a_wrong_charset_spoils_no_headline(
    origin: Origin, parser: FeedParser, declared: str
) -> None:
    body = FEED.replace(b'version="1.0"', f'version="1.0" encoding="{declared}"'.encode())
    body = body.replace(b"Caf&eacute;", "Café Ноябрь".encode())
    url = origin.gives("/", body, Content_Type="text/xml; charset=iso-8859-1")
    assert gather(parser, url).stories[0].headline == "AT&T & Café Ноябрь d’Or"


def test_an_empty_feed_is_no_failure(origin: Origin, parser: FeedParser) -> None:
    body = b'<rss version="2.0"><channel><title>Wire</title></channel></rss>'
    gathered = gather(parser, origin.gives("/", body))
    assert (gathered.status, gathered.note) == (GatherStatus.OK, "the feed has no entries")


def test_a_feed_of_midnights_knows_days_only(origin: Origin, parser: FeedParser) -> None:
    item = (
        "<item><title>{0}</title><link>https://a.example/{0}</link>"
        "<pubDate>Thu, {0} Aug 2026 00:00:00 +0000</pubDate></item>"
    )
    body = f"<rss version='2.0'><channel>{item.format(19)}{item.format(20)}</channel></rss>"
    gathered = gather(parser, origin.gives("/", body.encode()))
    assert {story.date_grade for story in gathered.stories} == {DateGrade.DAY_ONLY}


def test_a_file_named_in_the_settings_is_read(tmp_path: Path, parser: FeedParser) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(FEED)
    source = FeedSource(FeedSettings(name="wire", path=file), fetcher(), parser)
    first = source.gather(NONE, NOW)
    assert len(first.stories) == 2
    assert source.gather(first.memory, NOW).status is GatherStatus.NOT_MODIFIED
    file.unlink()
    gone = source.gather(first.memory, NOW)
    assert gone.status is GatherStatus.FAILED
    assert (
        gone.note
        == "feed.xml cannot be read (No such file or directory). Check path in its settings"
    )


def test_a_page_that_names_an_address_amiss_is_still_told_as_a_page(
    origin: Origin, parser: FeedParser
) -> None:
    link = b"<link rel=alternate type='application/rss+xml' href='http://[::1'>"
    gathered = gather(parser, origin.gives("/", b"<html>" + link, Content_Type="text/html"))
    assert "this is a web page, not a feed" in gathered.note


def test_a_file_is_never_read_through_an_address(tmp_path: Path, parser: FeedParser) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(FEED)
    for url in (f"file://{file}", str(file)):
        gathered = gather(parser, url)
        assert gathered.status is GatherStatus.FAILED
        assert "only http and https" in gathered.note


def test_two_feeds_with_a_story_in_common_share_its_names(
    origin: Origin, parser: FeedParser
) -> None:
    """So that the store keeps it once: only plain guids are a source's own."""
    one = gather(parser, origin.gives("/one", FEED), name="one").stories
    other = FEED.replace(b"<guid>5<", b"<guid>99<").replace(b"https://wire", b"http://www.wire")
    two = gather(parser, origin.gives("/two", other), name="two").stories
    for mine, theirs in zip(one, two, strict=True):
        assert set(mine.aliases) & set(theirs.aliases)


def test_a_slow_server_is_one_clear_line(origin: Origin, parser: FeedParser) -> None:
    origin.answers["/"] = lambda handler: time.sleep(1)
    settings = FeedSettings(name="wire", url=origin.url)
    gathered = FeedSource(settings, fetcher(deadline=0.2), parser).gather(NONE, NOW)
    assert gathered.status is GatherStatus.FAILED
    assert gathered.note == "127.0.0.1 took too long. It is tried again at the next poll"
