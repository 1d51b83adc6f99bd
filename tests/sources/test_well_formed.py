"""The quick reader says what the tolerant one says, or leaves the document to it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources import parse_worker, well_formed
from digest.sources.entries import Entry, ParsedFeed
from digest.sources.repair import decode, mend
from tests.parts import SHARED_DATA

RSS = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel><title>Wire</title><link>https://example.org/</link><language>en-GB</language>
<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>
<atom:link rel="self" href="https://example.org/feed"/>{0}</channel></rss>"""
ITEM = """<item><title>Storm &amp;#8217;s &lt;b&gt;here&lt;/b&gt;</title>
<link>https://example.org/1</link><guid isPermaLink="false">7</guid>
<pubDate>Thu, 20 Aug 2026 09:00:00 BST</pubDate><dc:creator>A. Reporter</dc:creator>
<category>World</category><category domain="x">Asia</category>
<description><![CDATA[<p>Rain & wind</p>]]></description>
<content:encoded><![CDATA[<p>Long</p>]]></content:encoded>
<media:content url="https://example.org/1.jpg" medium="image" width="1200" height="800">
<media:description>A wave</media:description></media:content>
<enclosure url="https://example.org/1.mp3" type="audio/mpeg"/></item>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Fil</title>
<link href="https://example.org/"/><entry><title type="html">Orage &amp;amp; vent</title>
<id>tag:example.org,2026:1</id><link rel="alternate" href="https://example.org/1"/>
<link rel="enclosure" href="https://example.org/1.jpg" type="image/jpeg"/>
<published>2026-08-20T09:00:00+02:00</published><updated>2026-08-20T10:00:00Z</updated>
<author><name>A</name></author><author><name>B</name></author>
<category term="w" label="Monde"/><summary>Pluie</summary>{0}</entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://example.org/"><title>Wire</title><link>https://example.org/</link>
</channel><item rdf:about="https://example.org/1"><title>Storm</title>
<link>https://example.org/1</link><dc:date>2026-08-20T09:00:00Z</dc:date>
<description>Rain</description></item></rdf:RDF>"""


def quick(text: str) -> ParsedFeed | None:
    return well_formed.read(mend(text), 2000)


@pytest.mark.parametrize(
    "text", [RSS.format(ITEM), ATOM.format(""), RDF], ids=["rss", "atom", "rdf"]
)
def test_says_what_the_tolerant_parser_says(text: str) -> None:
    found, wanted = quick(text), parse_worker._first(mend(text))
    assert found is not None
    assert wanted is not None
    assert same(found) == same(wanted)
    assert found.fresh_seconds == wanted.fresh_seconds


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE rss [<!ENTITY a 'b'>]>" + RSS.format(ITEM),
        RSS.format(ITEM)[:-9],
        RSS.format(""),
        RSS.format("<item><title>A <b>bold</b> one</title></item>"),
        RSS.format("<item><title>A</title><summary>B</summary></item>"),
        RSS.format("<item><media:title>A</media:title></item>"),
        RSS.format(ITEM).replace("yahoo.com/mrss/", "yahoo.com/mrss"),
        ATOM.format("<content type='xhtml'><div>A</div></content>"),
        ATOM.format("<link>https://example.org/</link>"),
        ATOM.format("").replace("<title>", "<title xml:base='https://b.example/'>"),
        "<html><body><p>A</p></body></html>",
        "<opml/>",
    ],
)
def test_leaves_what_it_is_not_sure_of(text: str) -> None:
    assert quick(text) is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [("MartinÃ©", "Martiné"), ("don\x92t", "don’t"), ("Ærø", "Ærø"), ("Ã", "Ã")],
)
def test_charsets_mixed_up_in_the_text_are_mended(raw: str, text: str) -> None:
    feed = quick(RSS.format(f"<item><title>{raw}</title></item>"))
    assert feed is not None
    assert feed.entries[0].title == text


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40
)


@given(st.lists(WORDS, min_size=1))
def test_every_title_comes_through(titles: list[str]) -> None:
    def escaped(title: str) -> str:
        return title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    items = "".join(f"<item><title>{escaped(title)}</title></item>" for title in titles)
    feed = quick(RSS.format(items))
    assert feed is not None
    assert [entry.title for entry in feed.entries] == [
        well_formed._unmangled(title.strip()) for title in titles
    ]


@pytest.mark.part("shared-data")
def test_on_real_feeds_it_says_what_the_tolerant_parser_says() -> None:
    read = 0
    for file in sorted((SHARED_DATA / "feeds" / "real").iterdir()):
        document = mend(decode(file.read_bytes()))
        found = well_formed.read(document, 2000)
        if found is None:
            continue
        read += 1
        wanted = parse_worker._first(document)
        assert wanted is not None
        assert same(found) == same(wanted), file.name
    print(f"\n{read} feeds read straight")
    assert read > 140


def same(feed: ParsedFeed) -> ParsedFeed:
    """A feed without what both may say in their own way.

    feedparser makes a link of an id, appends addresses to authors and repeats the feed's language;
    all of it comes to the same later. Its categories may include a rating's number.
    """

    def entry(one: Entry) -> Entry:
        link = "" if one.link == one.guid else one.link
        names = tuple(name for name in one.categories if not name.isdecimal())
        return replace(
            one, link=link, guid_is_link=False, author="", language="", base="", categories=names
        )

    entries = tuple(entry(one) for one in feed.entries)
    return replace(feed, entries=entries, fresh_seconds=0)
