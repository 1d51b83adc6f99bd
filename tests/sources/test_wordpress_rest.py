"""The REST road against answers that real sites give besides the right ones."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

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
from digest.sources.parse import FeedParser
from digest.sources.wordpress import WordPressSettings, WordPressSource
from digest.sources.wordpress_rest import endpoint
from tests.sources.origin import Handler, Origin, fetcher

NOW = datetime(2026, 8, 20, 9, tzinfo=UTC)
NONE = SourceMemory()
CATEGORIES = [
    {"id": 2, "name": "World", "slug": "world", "parent": 0},
    {"id": 3, "name": "Asia &amp; Pacific", "slug": "asia", "parent": 2},
    {"id": 8, "name": "Loop", "slug": "loop", "parent": 9},
    {"id": 9, "name": "Back", "slug": "back", "parent": 8},
]
FEED = b"""<rss version="2.0"><channel><item><title>From the feed</title>
<link>https://site.example/storm/</link></item></channel></rss>"""


def post(number: int, **changes: Any) -> dict[str, Any]:
    """A post as WordPress gives it."""
    told = {
        "id": number,
        "date": "2026-08-20T05:00:00",
        "date_gmt": "2026-08-20T09:00:00",
        "modified_gmt": "2026-08-20T09:30:00",
        "guid": {"rendered": f"https://site.example/?post_type=post&#038;p={number}"},
        "link": f"https://site.example/storm-{number}/",
        "title": {"rendered": f"Storm &#038; <em>rain</em> {number}"},
        "excerpt": {"rendered": "<p>It rose [&hellip;]</p>\n", "protected": False},
        "content": {"rendered": "<p>It rose.</p>", "protected": False},
        "sticky": False,
        "categories": [3],
        "tags": [5],
        "_embedded": {
            "author": [{"id": 1, "name": "Ana Reis"}],
            "wp:term": [[], [{"id": 5, "name": "Editors&#8217; Pick", "slug": "editors-pick"}]],
        },
    }
    return {**told, **changes}


def media(*sizes: tuple[int, int], whole: tuple[int, int] = (4000, 2250)) -> dict[str, Any]:
    """A featured image in ``sizes`` and its ``whole``."""
    rows = {
        f"s{wide}": {
            "width": wide,
            "height": high,
            "source_url": f"https://site.example/{wide}.jpg",
        }
        for wide, high in sizes
    }
    return {
        "mime_type": "image/jpeg",
        "alt_text": "A &amp; B",
        "source_url": "https://site.example/whole.jpg",
        "media_details": {"width": whole[0], "height": whole[1], "sizes": rows},
    }


def embedded(image: object) -> dict[str, Any]:
    return {**post(1)["_embedded"], "wp:featuredmedia": [image]}


class Site:
    """A WordPress site as far as its API goes: posts in pages, a page past the end is a 400."""

    def __init__(self, origin: Origin, posts: list[Any]) -> None:
        self.origin = origin
        self.posts = posts
        #: there, but older than a poll looks back
        self.older: list[Any] = []
        origin.gives(
            "/",
            b"<html><head></head></html>",
            Link=f'<{origin.url}/api/>; rel="https://api.w.org/"',
        )
        origin.answers["/api/wp/v2/posts"] = self._posts
        origin.gives("/api/wp/v2/categories", json.dumps(CATEGORIES).encode())
        origin.gives("/feed/", FEED)

    def _posts(self, handler: Handler) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        posts = [one for one in self.posts if not asked.get("sticky") or one.get("sticky")]
        if "include" in asked:
            wanted = asked["include"].split(",")
            posts = [one for one in [*self.posts, *self.older] if str(one["id"]) in wanted]
        size, page = int(asked["per_page"]), int(asked["page"])
        part = posts[(page - 1) * size : page * size]
        if not part and page > 1:
            handler.reply(400, b'{"code":"rest_post_invalid_page_number"}')
        else:
            handler.reply(200, json.dumps(part).encode(), Content_Type="application/json")

    def asked(self, name: str) -> list[str | None]:
        """What ``name`` was in each request for posts."""
        queries = [
            parse_qs(urlsplit(path).query) for path, _ in self.origin.requests if "/posts" in path
        ]
        return [query.get(name, [None])[0] for query in queries]


def gather(
    parser: FeedParser, origin: Origin, memory: SourceMemory = NONE, **settings: Any
) -> GatheredSource:
    chosen = replace(WordPressSettings(name="site", url=origin.url), **settings)
    return WordPressSource(chosen, fetcher(), parser).gather(memory, NOW)


def test_a_post_as_a_story(origin: Origin, parser: FeedParser) -> None:
    sizes = media((300, 169), (1024, 576), (1536, 864), (2048, 1152), (150, 150))
    Site(origin, [post(7, _embedded=embedded(sizes), lang="en_GB")])
    gathered = gather(parser, origin, pick_tags=("Editors' Pick",))
    (story,) = gathered.stories
    assert gathered.note == "read through the REST API"
    assert (story.headline, story.standfirst) == ("Storm & rain 7", "It rose…")
    assert [(alias.kind, alias.value) for alias in story.aliases] == [
        (AliasKind.WORDPRESS, f"{origin.url.removeprefix('http://')}/api#7"),
        (AliasKind.GUID, "site.example/?p=7&post_type=post"),
        (AliasKind.URL, "site.example/storm-7"),
    ]
    assert (story.published_at, story.date_grade) == (NOW, DateGrade.EXACT)
    assert story.modified_at == datetime(2026, 8, 20, 9, 30, tzinfo=UTC)
    assert (story.byline, story.language) == ("Ana Reis", "en-gb")
    assert story.categories == ("World > Asia & Pacific",)
    assert (story.tags, story.pick) == (("Editors’ Pick",), PickOrigin.TAG)
    assert story.image == Image(
        url="https://site.example/1536.jpg", alt="A & B", width=1536, height=864
    )


@pytest.mark.parametrize(
    ("image", "url"),
    [
        (media((300, 169), (1024, 576), whole=(1100, 619)), "https://site.example/whole.jpg"),
        # a square crop shows a part; an original of 4000 pixels is more than a mail needs
        (media((1200, 1200), (1024, 576)), "https://site.example/1024.jpg"),
        (media((1200, 675), (1024, 576), (2048, 1152)), "https://site.example/1200.jpg"),
        (media((1199, 675), (2048, 1152)), "https://site.example/2048.jpg"),
        (media((4000, 2250), (768, 432)), "https://site.example/768.jpg"),
        (media((300, 169)), "https://site.example/whole.jpg"),  # too small for a slot
        ({**media((1024, 576)), "source_url": "https://site.example/1024.jpg"},
         "https://site.example/1024.jpg"),
        ({"code": "rest_forbidden", "message": "no", "data": {"status": 403}}, None),
        ({"mime_type": "application/pdf", "source_url": "https://site.example/a.pdf"}, None),
        ({**media(), "source_url": "https://site.example/a.jpg", "media_details": []},
         "https://site.example/a.jpg"),
        ({**media(), "source_url": "javascript:x", "media_details": {"sizes": []}}, None),
        (None, None),
        ("text", None),
    ],
)  # fmt: skip
def test_featured_images(
    origin: Origin, parser: FeedParser, image: object, url: str | None
) -> None:
    Site(origin, [post(1, _embedded=embedded(image))])
    (story,) = gather(parser, origin).stories
    assert (story.image.url if story.image else None) == url


def test_stickies_and_categories_pick(origin: Origin, parser: FeedParser) -> None:
    Site(origin, [post(1), post(2, sticky=True), post(3, categories=[2])])
    picks = [one.pick for one in gather(parser, origin, pick_categories=("world",)).stories]
    assert picks == [None, PickOrigin.STICKY, PickOrigin.CATEGORY]
    plain = gather(parser, origin, pick_sticky=False).stories
    assert [one.pick for one in plain] == [None, None, None]


def test_every_odd_post_is_a_reject(origin: Origin, parser: FeedParser) -> None:
    Site(
        origin,
        [
            post(1),
            post(2, content={"rendered": "", "protected": True}),
            post(3, title={"rendered": ""}),
            post(4, link="javascript:alert(1)"),
            post(5, link=None),
            post(6, title=None, content=[], excerpt="x", _embedded=[], tags={}, categories=[{}]),
            post(7, categories=[8], tags=[99], _embedded={"wp:term": [None, [None, {"id": "x"}]]}),
        ],
    )
    gathered = gather(parser, origin)
    assert [one.headline for one in gathered.stories] == ["Storm & rain 1", "Storm & rain 7"]
    assert gathered.stories[1].categories == ("Back > Loop",)
    assert [(one.entry, one.reason) for one in gathered.rejects] == [
        ("2", RejectReason.PROTECTED),
        ("3", RejectReason.NO_HEADLINE),
        ("4", RejectReason.BAD_LINK),
        ("5", RejectReason.NO_LINK),
        ("6", RejectReason.NO_HEADLINE),
    ]


def test_pages_end_with_a_400_and_nothing_is_missed(origin: Origin, parser: FeedParser) -> None:
    site = Site(origin, [post(number) for number in range(1, 101)])
    gathered = gather(parser, origin, pick_sticky=False)
    assert len(gathered.stories) == 100
    assert site.asked("page") == ["1", "2", "3"]


def test_later_polls_ask_from_the_last_good_one(origin: Origin, parser: FeedParser) -> None:
    site = Site(origin, [post(1)])
    first = gather(parser, origin)
    assert set(site.asked("after")) == {None}
    again = gather(parser, origin, first.memory)
    assert again.status is GatherStatus.NOT_MODIFIED
    assert site.asked("after")[-2:] == ["2026-08-17T09:00:00Z", None]
    assert "Z" in str(site.asked("after")[-2])
    site.posts.append(post(2, sticky=True))
    assert len(gather(parser, origin, again.memory).stories) == 2


@pytest.mark.parametrize(
    ("body", "status", "note"),
    [
        (b'{"code":"rest_closed"}', 401, "its REST API answered 401"),
        (b"no", 403, "its REST API answered 403"),
        (b"no", 404, "its REST API answered 404"),
        (b"no", 500, "its REST API answered 500"),
        (b"no", 503, "its REST API answered 503"),
        (
            b"<!doctype html><html></html>",
            200,
            "its REST API answered with something else than JSON",
        ),
        (b'{"posts":[]}', 200, "its REST API answered with something else than a list"),
        (b"[" * 100_000, 200, "its REST API answered with something else than JSON"),
    ],
)
def test_where_rest_is_closed_the_feed_is_read(
    origin: Origin, parser: FeedParser, body: bytes, status: int, note: str
) -> None:
    site = Site(origin, [post(1)])
    opened = origin.answers["/api/wp/v2/posts"]
    origin.gives("/api/wp/v2/posts", body, status)
    gathered = gather(parser, origin)
    assert [one.headline for one in gathered.stories] == ["From the feed"]
    assert gathered.note == f"{note}: read through its feed, without sticky posts"
    again = gather(parser, origin, gathered.memory)
    assert again.status is GatherStatus.NOT_MODIFIED
    origin.answers["/api/wp/v2/posts"] = opened
    healed = gather(parser, origin, again.memory)
    assert healed.stories[0].headline == "Storm & rain 1"
    assert site.asked("after")[-2:] == [None, None]  # the feed's memory says nothing of posts


def test_a_busy_api_is_left_alone(origin: Origin, parser: FeedParser) -> None:
    Site(origin, [])
    origin.gives("/api/wp/v2/posts", b"", 429, Retry_After="600")
    gathered = gather(parser, origin)
    assert gathered.status is GatherStatus.FAILED
    assert gathered.memory.not_before is not None
    assert not any(path.startswith("/feed") for path, _ in origin.requests)


def test_neither_road_open_is_one_clear_line(origin: Origin, parser: FeedParser) -> None:
    origin.gives("/", b"<html></html>", 200)
    gathered = gather(parser, origin)
    assert gathered.status is GatherStatus.FAILED
    assert gathered.note.startswith(
        "its REST API answered with something else than JSON, and its feed did not help: "
        "this is a web page, not a feed"
    )
    with Origin() as gone:
        pass
    assert "could not be read" in gather(parser, gone).note


def test_the_root_is_found_in_the_page_or_guessed(origin: Origin, parser: FeedParser) -> None:
    rows = json.dumps([post(1)]).encode()
    page = (
        f"<html><link href='{origin.url}/x/index.php?rest_route=/' rel='https://api.w.org/'></html>"
    )
    origin.gives("/", page.encode())
    origin.answers["/x/index.php"] = lambda handler: handler.reply(
        200, rows if "rest_route=%2Fwp%2Fv2%2Fposts&" in handler.path else b"[]"
    )
    assert len(gather(parser, origin).stories) == 1
    origin.gives("/", b"<html></html>")
    origin.gives("/?rest_route=%2Fwp%2Fv2%2Fposts", rows)
    origin.gives("/?rest_route=%2Fwp%2Fv2%2Fcategories", b"[]")
    gathered = gather(parser, origin)
    assert gathered.memory.root == f"{origin.url}/?rest_route=/"
    assert len(gathered.stories) == 1


def test_endpoints_of_pretty_and_plain_permalinks() -> None:
    pretty = endpoint("https://a.example/wp-json/", "wp/v2/posts", {"page": "2"})
    assert pretty == "https://a.example/wp-json/wp/v2/posts?page=2"
    plain = endpoint("https://a.example/index.php?rest_route=/", "wp/v2/posts", {"page": "2"})
    assert plain == "https://a.example/index.php?rest_route=%2Fwp%2Fv2%2Fposts&page=2"


def test_an_export_in_a_folder(tmp_path: Path, parser: FeedParser) -> None:
    told = post(7, sticky=True, _embedded=embedded(media((1536, 864))))
    told["_links"] = {"self": [{"href": "https://site.example/wp-json/wp/v2/posts/7"}]}
    (tmp_path / "posts.json").write_text(json.dumps([told, "odd"]))
    (tmp_path / "categories.json").write_text(json.dumps(CATEGORIES))
    (tmp_path / "tags.json").write_text(json.dumps([{"id": 5, "name": "Boats", "slug": "boats"}]))
    source = WordPressSource(
        WordPressSettings(name="site", path=tmp_path, pick_tags=("boats",)), fetcher(), parser
    )
    gathered = source.gather(NONE, NOW)
    (story,) = gathered.stories
    assert story.aliases[0].value == "site.example#7"
    assert (story.categories, story.tags) == (("World > Asia & Pacific",), ("Boats",))
    assert (story.pick, story.image and story.image.width) == (PickOrigin.STICKY, 1536)
    assert [reject.reason for reject in gathered.rejects] == [RejectReason.UNREADABLE]
    assert source.gather(gathered.memory, NOW).status is GatherStatus.NOT_MODIFIED
    for body, note in (("{", "a file in"), ("{}", "a file in")):
        (tmp_path / "tags.json").write_text(body)
        failed = source.gather(NONE, NOW)
        assert failed.status is GatherStatus.FAILED
        assert failed.note.startswith(note)
    (tmp_path / "tags.json").unlink()
    assert "tags.json cannot be read" in source.gather(NONE, NOW).note
