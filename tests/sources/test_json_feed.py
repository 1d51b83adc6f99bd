"""JSON Feed, as the format says and as publishers write it."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from digest.model import DateGrade, GatheredSource, GatherStatus, Image, RejectReason, SourceMemory
from digest.sources import json_feed
from digest.sources.entries import dump
from digest.sources.feed import FeedSettings, FeedSource
from digest.sources.parse import FeedParser
from tests.sources.origin import Origin, fetcher

NOW = datetime(2026, 8, 20, 9, tzinfo=UTC)
FEED: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Harbour Post",
    "home_page_url": "https://harbour.example/",
    "language": "en-GB",
    "authors": [{"name": "The Desk"}],
    "items": [
        {
            "id": "https://harbour.example/?p=7",
            "url": "https://harbour.example/2026/storm?utm_source=json",
            "title": "Storm & flood: 5 < 6",
            "summary": "Water rose <fast>.",
            "content_text": "Water rose.\n\nIf a < b, it fell.",
            "image": "https://harbour.example/storm.jpg",
            "date_published": "2026-08-20T09:00:00+0530",
            "date_modified": "2026-08-20T10:00:00Z",
            "authors": [{"name": "Ana Reis"}, {"url": "https://harbour.example/li"}],
            "tags": ["World", 7, "Weather"],
        },
        {
            "id": 12,
            "external_url": "/relative",
            "title": "Ferry sails",
            "content_html": "<p>It <b>sails</b>.</p>",
            "attachments": [{"url": "https://harbour.example/f.png", "mime_type": "image/png"}],
        },
        {"id": "13", "url": "https://harbour.example/13", "content_text": "No title"},
        {"id": "14", "title": "Nowhere"},
        {"id": "15", "title": "Trap", "url": "javascript:alert(1)"},
        "not an item",
    ],
}


def gather(
    origin: Origin, parser: FeedParser, body: bytes, kind: str = "application/feed+json"
) -> GatheredSource:
    url = origin.gives("/feed.json", body, Content_Type=kind)
    return FeedSource(FeedSettings(name="wire", url=url), fetcher(), parser).gather(
        SourceMemory(), NOW
    )


def test_every_item_becomes_a_story_or_a_reject(origin: Origin, parser: FeedParser) -> None:
    gathered = gather(origin, parser, json.dumps(FEED).encode())
    assert gathered.status is GatherStatus.OK, gathered.note
    storm, ferry = gathered.stories
    assert (storm.headline, storm.standfirst) == ("Storm & flood: 5 < 6", "Water rose <fast>.")
    assert storm.text == "Water rose.\n\nIf a < b, it fell."
    assert (storm.published_at, storm.date_grade) == (
        datetime(2026, 8, 20, 3, 30, tzinfo=UTC),
        DateGrade.EXACT,
    )
    assert (storm.byline, storm.language) == ("Ana Reis", "en-gb")
    assert storm.categories == ("World", "Weather")
    assert storm.image == Image(url="https://harbour.example/storm.jpg")
    assert [alias.value for alias in storm.aliases] == [
        "harbour.example/?p=7",
        "harbour.example/2026/storm",
    ]
    assert (ferry.url, ferry.text) == ("https://harbour.example/relative", "It sails.")
    assert (ferry.byline, ferry.image) == ("The Desk", Image(url="https://harbour.example/f.png"))
    assert [reject.reason for reject in gathered.rejects] == [
        RejectReason.NO_HEADLINE,
        RejectReason.NO_LINK,
        RejectReason.BAD_LINK,
    ]


def test_version_one_has_one_author() -> None:
    item = {"id": "1", "author": {"name": "Ana Reis"}}
    document = {"version": "https://jsonfeed.org/version/1", "title": "T", "items": [item]}
    feed = json_feed.read(json.dumps(document), 10)
    assert feed is not None
    assert (feed.version, feed.entries[0].author) == ("json1", "Ana Reis")


def test_a_page_posing_as_json_is_told_apart(origin: Origin, parser: FeedParser) -> None:
    page = b"<!doctype html><html><head><title>Log in</title></head><body>{}</body></html>"
    gathered = gather(origin, parser, page, "application/json")
    assert gathered.status is GatherStatus.FAILED
    assert "web page, not a feed" in gathered.note


def test_other_json_is_no_feed(origin: Origin, parser: FeedParser) -> None:
    for body in (b'{"items": [{"id": 1}]}', b'{"code": "rest_no_route"}', b'{"version": [', b"{}"):
        gathered = gather(origin, parser, body)
        assert gathered.status is GatherStatus.FAILED
        assert "not a feed" in gathered.note


def test_hostile_json_ends_in_a_value(origin: Origin, parser: FeedParser) -> None:
    deep = b'{"version":"https://jsonfeed.org/version/1","items":' + b"[" * 200_000
    number = b'{"version":"https://jsonfeed.org/version/1","items":[{"id":' + b"9" * 9000 + b"}]}"
    for body in (deep, number, b"{" + b'"a":' * 100_000):
        assert gather(origin, parser, body).status is GatherStatus.FAILED


def test_what_cannot_be_stored_goes() -> None:
    text = '{"version":"https://jsonfeed.org/version/1","items":[{"id":"a\\u0000\\ud800b"}]}'
    feed = json_feed.read(text, 10)
    assert feed is not None
    assert feed.entries[0].guid == "a?b"


def test_items_beyond_the_limit_are_counted() -> None:
    document = {**FEED, "items": [{"id": str(number)} for number in range(20_000)]}
    feed = json_feed.read(json.dumps(document), 2000)
    assert feed is not None
    assert (len(feed.entries), feed.over_limit) == (2000, 18_000)


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(list(FEED["items"][0])), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*FEED, "author"]), VALUES))
def test_any_json_is_read_or_refused(values: dict[str, object]) -> None:
    document = {**values, "version": FEED["version"]}
    feed = json_feed.read(json.dumps(document), 5)
    assert feed is not None
    json.dumps(dump(feed)).encode("ascii")
