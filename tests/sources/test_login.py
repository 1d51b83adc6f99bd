"""Passwords go to their own site, over a line that nobody reads along, and nowhere else."""

import json
from base64 import b64encode
from datetime import UTC, datetime

import pytest

from digest.model import GatherStatus, SourceMemory, StoryState
from digest.sources.login import Login
from digest.sources.parse import FeedParser
from digest.sources.wordpress import WordPressSettings, WordPressSource
from tests.sources.origin import Handler, Origin, fetcher

NOW = datetime(2026, 8, 20, 9, tzinfo=UTC)
TOLD = "Basic " + b64encode(b"ana:abcd efgh").decode()


def login(site: str) -> Login:
    return Login(site=site, username="ana", password="abcd efgh")


@pytest.mark.parametrize(
    ("site", "url", "sent"),
    [
        ("https://a.example", "https://a.example/wp-json/", True),
        ("https://a.example/", "https://a.example:443/x", True),
        ("https://a.example", "http://a.example/wp-json/", False),
        ("http://a.example", "http://a.example/wp-json/", False),
        ("https://a.example", "https://www.a.example/", False),
        ("https://a.example", "https://a.example:8443/", False),
        ("https://a.example", "https://a.example.evil.example/", False),
        ("https://a.example", "https://a.example@evil.example/", False),
        ("http://127.0.0.1:80", "http://127.0.0.1/x", True),
        ("http://[::1]:8080", "http://[::1]:8080/", True),
        ("http://localhost:1", "http://localhost:1/", True),
        ("http://127.0.0.1.evil.example", "http://127.0.0.1.evil.example/", False),
        ("http://10.0.0.1", "http://10.0.0.1/", False),
        ("ftp://127.0.0.1", "ftp://127.0.0.1/", False),
    ],
)
def test_where_a_password_may_go(site: str, url: str, *, sent: bool) -> None:
    assert login(site).headers(url) == ({"Authorization": TOLD} if sent else {})


def test_a_password_is_never_shown() -> None:
    assert "abcd" not in repr(login("https://a.example"))


def test_a_redirect_elsewhere_takes_no_password_along(origin: Origin) -> None:
    with Origin() as other:
        other.gives("/caught", b"{}")
        origin.answers["/api"] = lambda handler: handler.reply(302, Location=f"{other.url}/caught")
        fetcher().fetch(f"{origin.url}/api", login=login(origin.url))
        assert origin.requests[0][1]["authorization"] == TOLD
        assert "authorization" not in other.requests[0][1]


def post(number: int, status: str, **changes: object) -> dict[str, object]:
    return {
        "id": number,
        "status": status,
        "date": "2026-08-21T05:00:00",
        "date_gmt": "2026-08-21T09:00:00" if status != "draft" else None,
        "link": f"https://site.example/?p={number}",
        "title": {"rendered": f"{status} {number}"},
        **changes,
    }


def serve(origin: Origin, root: str, refused: int = 0) -> None:
    """A site whose API is at ``root`` and answers for drafts to whoever sends the password."""

    def posts(handler: Handler) -> None:
        if "status=" not in handler.path:
            handler.reply(200, json.dumps([post(1, "publish")]).encode())
        elif refused or handler.headers["Authorization"] != TOLD:
            handler.reply(refused or 401, b"{}")
        else:
            handler.reply(200, json.dumps([post(2, "future"), post(3, "draft")]).encode())

    origin.gives("/", b"", Link=f'<{root}/api/>; rel="https://api.w.org/"')
    origin.answers["/api/wp/v2/posts"] = posts
    origin.gives("/api/wp/v2/categories", b"[]")


def settings(origin: Origin) -> WordPressSettings:
    return WordPressSettings(
        name="site", url=origin.url, login=login(origin.url), statuses=("future", "draft")
    )


def test_what_is_not_out_yet_is_embargoed(origin: Origin, parser: FeedParser) -> None:
    serve(origin, origin.url)
    source = WordPressSource(settings(origin), fetcher(), parser)
    gathered = source.gather(SourceMemory(), NOW)
    assert [(story.headline, story.state) for story in gathered.stories] == [
        ("publish 1", StoryState.LIVE),
        ("future 2", StoryState.EMBARGOED),
        ("draft 3", StoryState.EMBARGOED),
    ]
    assert gathered.stories[1].published_at == datetime(2026, 8, 21, 9, tzinfo=UTC)
    assert gathered.stories[2].published_at is None


def test_refused_drafts_stop_no_published_story(origin: Origin, parser: FeedParser) -> None:
    serve(origin, origin.url, refused=403)
    gathered = WordPressSource(settings(origin), fetcher(), parser).gather(SourceMemory(), NOW)
    assert gathered.status is GatherStatus.OK
    assert [story.headline for story in gathered.stories] == ["publish 1"]
    assert "it answered 403: check username" in gathered.note


def test_an_api_at_another_host_gets_no_password(origin: Origin, parser: FeedParser) -> None:
    with Origin() as other:
        serve(other, other.url)
        serve(origin, other.url)
        gathered = WordPressSource(settings(origin), fetcher(), parser).gather(SourceMemory(), NOW)
        assert [story.headline for story in gathered.stories] == ["publish 1"]
        assert "drafts were not asked for" in gathered.note
        assert all("authorization" not in headers for _, headers in other.requests)
