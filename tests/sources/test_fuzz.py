"""Repair, dates, cleaning and names under generated input. `make fuzz` looks for longer.

The suite tries some examples of each; DIGEST_FUZZ says how many otherwise.
"""

import html
import json
import os
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from urllib.parse import quote
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from digest.model import DateGrade
from digest.sources import clean, dates, identity
from digest.sources.entries import Entry, ParsedFeed, Picture, dump, load
from digest.sources.feed_stories import stories
from digest.sources.identity import Parameters
from digest.sources.parse_worker import MAX_ENTRIES, parse_document
from digest.sources.repair import decode, repair

fuzz = settings(
    max_examples=int(os.environ.get("DIGEST_FUZZ", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

#: what parsers trip over, to be strung together
PIECES = st.sampled_from(
    [
        "<rss version='2.0'>", "<channel>", "<item>", "</item>", "</channel></rss>", "<title>",
        "</title>", "<link>", "</link>", "<guid isPermaLink='false'>", "<entry>", "</entry>",
        "<feed xmlns='http://www.w3.org/2005/Atom'>", "</feed>", "<![CDATA[", "]]>", "<!--", "-->",
        "<!DOCTYPE r [<!ENTITY a 'b'>]>", "<!DOCTYPE html>", "&", "&amp;", "&a;", "&nbsp;", "&#0;",
        "&#150;", "&#x1F6A2;", "&#xD800;", "<?xml version='1.0' encoding='utf-16'?>", "<?x", "?>",
        "<", ">", "/>", "'", '"', "=", "\x00", "\x0b", "\ufffe", "\ud83d", "é", "新", "\u202e",
        "<media:content url='/a.jpg' width='9'/>", "xmlns:x='u'", "<x:y>", "</x:y>", "{", "}", "[",
        '"items":', '"version": "https://jsonfeed.org/version/1.1",', ",", "null", "<html>", " ",
        "<pubDate>", "</pubDate>", "Thu, 20 Aug 2026 09:00:00 BST", "https://e.org/a?b=c#d",
    ]
)  # fmt: skip
DOCUMENTS = (st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=300)).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1252", "latin-1", "rot13", ""])


@fuzz
@given(DOCUMENTS | st.binary(max_size=300), ENCODINGS)
def test_any_document_is_read_or_refused(body: bytes, charset: str) -> None:
    """By the worker's own function: no exception, within its limit, and it crosses as JSON."""
    feed = parse_document(body, charset)
    assert len(feed.entries) <= MAX_ENTRIES
    assert load(json.loads(json.dumps(dump(feed)))) == feed
    assert_settled(feed)


@fuzz
@given(DOCUMENTS, ENCODINGS)
def test_mending_loses_and_adds_nothing_else(body: bytes, charset: str) -> None:
    once = repair(body, charset)
    assert repair(once) == once
    text = decode(body, charset)
    assert len(once) <= 100 + 40 * len(text.encode("utf-8", "replace"))
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", once)


NAMES = ["amp", "lt", "gt", "nbsp", "eacute", "hellip", "rsquo", "colon", "Aacute", "rarr"]
WORDS = st.lists(
    st.sampled_from(["a", " b", "&", " & ", "&;", "&#", "&nosuch;", "é", "“"])
    | st.sampled_from([f"&{name};" for name in NAMES]),
    min_size=1,
).map("".join)


@fuzz
@given(WORDS)
def test_after_mending_an_xml_parser_reads_what_a_browser_would(words: str) -> None:
    root = ET.fromstring(repair(f"<rss><channel><title>{words}</title></channel></rss>".encode()))
    read = root.findtext("channel/title") or ""
    assume("&#" not in words)  # a reference never closed is mended as text, browsers guess
    said = re.sub(rf"&(?!(?:{'|'.join(NAMES)});)", "&amp;", words)
    assert read == html.unescape(said)


MOMENTS = st.datetimes(datetime(1990, 1, 2), datetime(2100, 12, 30)).map(
    lambda at: at.replace(microsecond=0, fold=0)
)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ZONES = st.sampled_from(["Asia/Kolkata", "America/New_York", "Pacific/Apia", "Europe/London"])


@fuzz
@given(MOMENTS, OFFSETS, ZONES)
def test_a_moment_reads_the_same_however_it_is_written(
    naive: datetime, offset: timezone, zone: str
) -> None:
    at = naive.replace(tzinfo=offset)
    written = [
        format_datetime(at),
        at.isoformat(),
        at.strftime("%Y-%m-%d %H:%M:%S %z"),
        at.strftime("%Y%m%dT%H%M%S%z"),
        at.strftime("%d %B %Y %H:%M:%S %z"),
        at.strftime("%B %d, %Y %I:%M:%S %p %z"),
        at.strftime("%a %b %d %H:%M:%S %z %Y"),
        f"  {at.isoformat()}\n",
    ]
    for one in written:
        dated = dates.read(one, ZoneInfo(zone))
        assert (dated.at, dated.grade) == (at, DateGrade.EXACT), one


@fuzz
@given(MOMENTS, ZONES)
def test_what_has_no_zone_is_the_sources_and_says_so(naive: datetime, zone: str) -> None:
    for one in (naive.isoformat(), naive.strftime("%a, %d %b %Y %H:%M:%S")):
        dated = dates.read(one, ZoneInfo(zone))
        assert dated.at == naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        assert dated.grade is DateGrade.ASSUMED_ZONE
    day = dates.read(naive.strftime("%Y-%m-%d"), ZoneInfo(zone))
    assert day.grade is DateGrade.DAY_ONLY
    assert day.midnight


DATES = st.lists(
    st.sampled_from(
        ["20", "2026", "26", "Aug", "août", "May", "08", "9", ":", "09:00", "24:00", "/", "-", ".",
         ",", " ", "T", "Z", "BST", "+05:30", "-0000", "PM", "de", "年", "月", "日", "1755680400"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@fuzz
@given(DATES | st.text(max_size=120), ZONES)
def test_any_date_is_read_or_none(raw: str, zone: str) -> None:
    dated = dates.read(raw, ZoneInfo(zone))
    assert (dated.at is None) == (dated.grade is DateGrade.NONE)
    if dated.at is not None:
        assert dated.at.tzinfo is UTC
        assert 1989 <= dated.at.year <= 2101
        assert dated.grade is not DateGrade.EXACT or dates.read(raw).at == dated.at


PLAIN = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="<>&"), min_size=1, max_size=80
)


@fuzz
@given(st.lists(PLAIN | st.sampled_from(["&", "AT&T", "3 < 4", "a > b"]), min_size=1, max_size=9))
def test_a_headline_survives_escaping_once_and_twice(words: list[str]) -> None:
    said = " ".join(words)
    assume(html.unescape(said) == said)
    once = html.escape(said)
    shown = clean.line(said)
    assume(len(shown) <= 400)
    for raw in (once, html.escape(once), f"<b>{once}</b>", f"{once}<br/>", f"\u202e{once}\x00"):
        assert clean.headline(raw) == shown, raw


MARKUP = st.lists(
    PLAIN | st.sampled_from(
        ["<p>", "</p>", "<div>", "</div>", "<script>", "</script>", "<style>", "<b", "<a href='",
         ">", "'>", "<img src=x onerror=alert(1)>", "&lt;script&gt;", "&amp;lt;", "<!--", "-->",
         "<br>", "\n\n", "The post ", " appeared first on Y.", "[&hellip;]", "Read more",
         "<svg><p>", "]]>"]
    ),
    max_size=25,
).map("".join)  # fmt: skip


@fuzz
@given(MARKUP)
def test_what_comes_out_of_markup_is_plain(raw: str) -> None:
    text = clean.text(raw)
    for out in (clean.headline(raw), text, clean.standfirst(raw, text, "T")):
        assert out == out.strip()
        assert unicodedata.is_normalized("NFC", out)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", out)
    assert len(clean.standfirst(raw, text)) <= clean.STANDFIRST
    # only what the source wrote escaped can look like a tag
    assert "<script" not in text or "&lt;" in raw


SEGMENTS = st.lists(st.text("abz09-._~%é新", max_size=8), max_size=4).map(
    lambda parts: "/".join(quote(part, safe="%") for part in parts)
)
QUERIES = st.lists(
    st.tuples(st.sampled_from(["id", "p", "ref", "q", "a b", "é"]), st.text("ab1 &=é", max_size=4)),
    max_size=4,
    unique_by=lambda pair: pair[0],
)


@fuzz
@given(SEGMENTS, QUERIES, st.randoms(use_true_random=False), st.sampled_from(["utm_x", "fbclid"]))
def test_a_storys_key_is_its_own(
    path: str, query: list[tuple[str, str]], random: object, tracker: str
) -> None:
    def address(start: str, pairs: list[tuple[str, str]], end: str = "") -> str:
        told = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
        return clean.safe_url(f"{start}/{path}{f'?{told}' if told else ''}{end}")

    url = address("https://example.org", query)
    key = identity.url_key(url)
    assert identity.url_key(f"http://www.{key}") == key
    mixed = [*query, (tracker, "1")]
    random.shuffle(mixed)  # type: ignore[attr-defined]  # a Random
    assert identity.url_key(address("http://www.EXAMPLE.org:80", mixed, "#top")) == key
    assert identity.url_key(address("https://example.org", [*query, ("n", "1")])) != key
    assert (
        identity.url_key(address("https://example.org", mixed), Parameters.of([tracker], [])) != key
    )
    dropped = Parameters.of([], ["*"])
    assert identity.url_key(url, dropped) == identity.url_key(address("https://example.org", []))


URLS = st.sampled_from(
    ["", "/a", "https://e.org/a", "https://e.org/b?utm_x=1", "javascript:x", "//e.org/c", "a b",
     "https://e.org/", "http://[::1", "file:///etc/passwd", "https://e.org/a#x", "ftp://e.org/d"]
)  # fmt: skip
TEXTS = st.text(max_size=12) | st.sampled_from(["Storm", "Flood", "<b>Storm</b>", "&amp;amp;"])
PICTURES = st.lists(
    st.builds(Picture, url=URLS, width=st.text("0123456789x", max_size=4)), max_size=2
)
ENTRIES = st.builds(
    Entry,
    guid=st.sampled_from(["", "1", "tag:e.org,2026:1", "https://e.org/?p=1"]) | st.text(max_size=5),
    link=URLS,
    enclosure=URLS,
    title=TEXTS,
    summary=MARKUP,
    content=TEXTS,
    author=TEXTS,
    published=DATES,
    base=URLS,
    media=PICTURES.map(tuple),
)  # fmt: skip


@fuzz
@given(st.lists(ENTRIES, max_size=8), st.booleans())
def test_every_entry_is_a_story_or_a_reject(entries: list[Entry], cut: bool) -> None:
    assert_settled(ParsedFeed(version="rss20", entries=tuple(entries), cut_entry=cut, cut=cut))


def assert_settled(feed: ParsedFeed) -> None:
    found, rejects = stories(
        "wire", feed, url="https://e.org/feed", zone=None, language="", pick_categories=(),
        pick_tags=(),
    )  # fmt: skip
    assert len(found) + len(rejects) == len(feed.entries) + feed.over_limit
    names = [alias for story in found for alias in story.aliases]
    assert len(names) == len(set(names))
    for story in found:
        assert story.aliases
        assert story.headline
        assert story.url.startswith(("http://", "https://"))
    # what is unforeseen is told as unreadable with an exception's name
    assert not any(reject.detail.endswith("Error") for reject in rejects)
