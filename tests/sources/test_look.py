"""The last look against a real web server: what each answer of a story's own site is taken for."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from digest.config import load
from digest.curate.last_look import judge
from digest.model import Alias, AliasKind, Look, StoredStory, StoryId
from digest.sources.look import Looker
from tests.making import NOW, parsed
from tests.making import stored as told
from tests.sources.origin import Handler, Origin
from tests.sources.test_wordpress_rest import Site, post

CONFIG = """
[gather]
allow_private = [{private}]
[[sources]]
name = "wire"
kind = "feed"
url = "{url}/feed/"
[[sources]]
name = "site"
kind = "wordpress"
url = "{url}"
[[sources]]
name = "desk"
kind = "folder"
path = "desk"
[[editions]]
slug = "daily"
name = "Daily"
  [[editions.sections]]
  take = "latest"
"""
FORM = b'<form action="https://site.example/wp-login.php?action=postpass" method="post">'


@pytest.fixture
def looks(tmp_path: Path, origin: Origin) -> Callable[..., Looker]:
    """Makes what looks; without a network of its own it may not come to this machine."""
    (tmp_path / "desk").mkdir()

    def make(private: str = '"127.0.0.0/8"') -> Looker:
        config = tmp_path / "config.toml"
        config.write_text(CONFIG.format(url=origin.url, private=private))
        return Looker(load(config, {}), lambda: NOW)

    return make


def story(url: str, number: int = 1, source: str = "wire") -> StoredStory:
    """A story at this address."""
    return replace(told(number), source=source, story=parsed(number, url=url))


def posted(origin: Origin, number: int) -> StoredStory:
    """A story that came from WordPress."""
    names = (Alias(AliasKind.WORDPRESS, f"{origin.url}#{number}"),)
    of_it = parsed(number, url=f"{origin.url}/storm-{number}/", aliases=names)
    return replace(told(number), source="site", story=of_it)


def numbered(answers: Mapping[StoryId, Look]) -> dict[int, Look]:
    return {int(key): look for key, look in answers.items()}


@pytest.mark.parametrize(
    ("status", "look"),
    [
        (200, Look.THERE),
        (401, Look.PROTECTED),
        (403, Look.UNCLEAR),
        (404, Look.GONE),
        (410, Look.GONE),
        (429, Look.UNCLEAR),
        (451, Look.UNCLEAR),
        (500, Look.UNCLEAR),
        (503, Look.UNCLEAR),
    ],
)
def test_what_a_page_answers(
    looks: Callable[..., Looker], origin: Origin, status: int, look: Look
) -> None:
    url = origin.gives("/1/", b"a page", status)
    assert numbered(looks()([story(url)])) == {1: look}


@pytest.mark.parametrize("status", [404, 405, 501])
def test_who_answers_no_head_is_asked_in_full(
    looks: Callable[..., Looker], origin: Origin, status: int
) -> None:
    origin.answers["/1/"] = lambda asked: asked.reply(status if asked.command == "HEAD" else 200)
    assert numbered(looks()([story(f"{origin.url}/1/")])) == {1: Look.THERE}
    assert len(origin.requests) == 2


def test_redirects_are_followed_to_their_end(looks: Callable[..., Looker], origin: Origin) -> None:
    there, away = origin.gives("/new/", b"here"), f"{origin.url}/nothing/"
    origin.answers["/nothing/"] = lambda asked: asked.reply(404)
    urls = [
        origin.gives("/1/", b"", 301, Location=there),
        origin.gives("/2/", b"", 302, Location=away),
        origin.gives("/3/", b"", 302, Location=f"{origin.url}/3/"),
    ]
    answers = looks()([story(url, number) for number, url in enumerate(urls, 1)])
    assert numbered(answers) == {1: Look.THERE, 2: Look.GONE, 3: Look.UNCLEAR}


def test_a_site_that_is_silent_or_away_says_nothing(
    looks: Callable[..., Looker], origin: Origin
) -> None:
    over = threading.Event()
    origin.answers["/1/"] = lambda _asked: not over.wait(30) or None
    with Origin() as gone:
        closed = gone.url
    began = time.monotonic()
    with Origin("127.0.0.2") as other:
        well = other.gives("/3/", b"here")
        stories = [story(f"{origin.url}/1/", 1), story(f"{closed}/2/", 2), story(well, 3)]
        answers = looks()(stories)
    over.set()
    assert numbered(answers) == {1: Look.UNCLEAR, 2: Look.UNCLEAR, 3: Look.THERE}
    assert time.monotonic() - began < 10, "an issue waits for it"


def test_what_lives_here_alone_is_not_asked_for(
    looks: Callable[..., Looker], origin: Origin
) -> None:
    origin.gives("/", b"no", 404)
    own = [story(f"{origin.url}/1/", source="desk")]
    assert looks()(own) == {}
    assert looks(private="")([story(f"{origin.url}/1/")]) == {}, "and no proof of anything"
    assert origin.requests == []


def test_what_wordpress_says_of_its_posts(looks: Callable[..., Looker], origin: Origin) -> None:
    locked = {"rendered": "", "protected": True}
    site = Site(origin, [post(1), post(2, content=locked), post(3, status="private")])
    answers = looks()([posted(origin, number) for number in (1, 2, 3, 4)])
    assert numbered(answers) == {1: Look.THERE, 2: Look.PROTECTED, 3: Look.GONE, 4: Look.GONE}
    assert site.asked("include") == ["1,2,3,4"]
    assert not any(path.startswith("/storm") for path, _ in origin.requests)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, b'{"code":"rest_forbidden"}'),  # closed by a plug-in
        (500, b"no"),
        (200, b"<html>maintenance</html>"),
        (200, b"[]"),  # it knows none of them: no proof of anything
        (200, json.dumps([post(9)]).encode()),  # the question was ignored
    ],
)
def test_where_its_api_proves_nothing_each_page_is_asked(
    looks: Callable[..., Looker], origin: Origin, status: int, body: bytes
) -> None:
    Site(origin, [])
    origin.gives("/api/wp/v2/posts", body, status, Content_Type="application/json")
    for number, (code, page) in enumerate([(200, b"well"), (404, b""), (200, FORM), (503, b"")], 1):
        origin.gives(f"/storm-{number}/", page, code)
    answers = looks()([posted(origin, number) for number in (1, 2, 3, 4)])
    assert numbered(answers) == {1: Look.THERE, 2: Look.GONE, 3: Look.PROTECTED, 4: Look.UNCLEAR}


@pytest.mark.parametrize(("gone", "believed"), [(1, True), (2, False), (6, False)])
def test_many_gone_at_once_is_trouble_at_the_site(
    looks: Callable[..., Looker], origin: Origin, gone: int, believed: bool
) -> None:
    def answer(asked: Handler) -> Any:
        asked.reply(404 if int(asked.path.strip("/")) <= gone else 200)

    origin.answers["/"] = answer
    stories = [story(f"{origin.url}/{number}/", number) for number in range(1, 6)]
    judged = judge([one.id for one in stories], looks()(stories))
    assert (list(judged.gone), bool(judged.trouble)) == ([1] if believed else [], not believed)
