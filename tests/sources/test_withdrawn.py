"""Posts that a WordPress site takes back, and posts that only grow old."""

import json

import pytest
from sqlalchemy.engine import Engine

from digest.model import AliasKind, GatheredSource, GatherStatus, RejectReason
from digest.sources.parse import FeedParser
from digest.store import stories, windows
from digest.store.engine import writing
from tests.sources.origin import Handler, Origin
from tests.sources.test_wordpress_rest import NONE, NOW, Site, gather, post


@pytest.fixture
def site(origin: Origin) -> Site:
    """Three posts."""
    return Site(origin, [post(1), post(2), post(3)])


def gone(gathered: GatheredSource) -> list[str]:
    return [one.entry for one in gathered.rejects if one.reason is RejectReason.WITHDRAWN]


def test_what_is_no_longer_there_was_taken_back(
    site: Site, origin: Origin, parser: FeedParser
) -> None:
    first = gather(parser, origin)
    del site.posts[1]
    second = gather(parser, origin, first.memory)
    assert (second.status, gone(second)) == (GatherStatus.OK, ["2"])
    (names,) = (one.aliases for one in second.rejects)
    assert [alias.kind for alias in names] == [AliasKind.WORDPRESS]
    assert names[0] in first.stories[1].aliases
    # it is told once, and costs no further question
    origin.requests.clear()
    third = gather(parser, origin, second.memory)
    assert gone(third) == []
    assert set(site.asked("include")) == {None}


def test_what_only_grew_old_is_still_there(site: Site, origin: Origin, parser: FeedParser) -> None:
    first = gather(parser, origin)
    site.older = site.posts[:2]
    site.posts = site.posts[2:]
    second = gather(parser, origin, first.memory)
    assert gone(second) == []
    assert site.asked("include").count("1,2,3") == 1
    assert second.memory.posts == (3,)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, json.dumps([post(3), post(9)]).encode()),  # the question was ignored
        (200, json.dumps([post(1)]).encode()),  # one that is surely there is left out
        (200, b"[]"),
        (500, b"no"),
        (429, b"later"),
    ],
)
def test_an_answer_that_cannot_be_trusted_takes_nothing_back(
    site: Site, origin: Origin, parser: FeedParser, status: int, body: bytes
) -> None:
    first = gather(parser, origin)
    posts = origin.answers["/api/wp/v2/posts"]

    def answer(handler: Handler) -> None:
        if "include=" in handler.path:
            handler.reply(status, body, Content_Type="application/json")
        else:
            posts(handler)

    origin.answers["/api/wp/v2/posts"] = answer
    del site.posts[:2]
    second = gather(parser, origin, first.memory)
    assert (second.status, gone(second)) == (GatherStatus.OK, [])
    assert second.memory.posts == (1, 2, 3)
    origin.answers["/api/wp/v2/posts"] = posts
    assert gone(gather(parser, origin, second.memory)) == ["1", "2"]


def test_it_is_not_carried_until_it_is_given_back(
    site: Site, origin: Origin, parser: FeedParser, engine: Engine
) -> None:
    memory = NONE
    counted = []
    for there in ([1, 2, 3], [1, 3], [1, 2, 3]):
        site.posts = [post(number) for number in there]
        gathered = gather(parser, origin, memory)
        memory = gathered.memory
        with writing(engine) as connection:
            stories.keep(connection, gathered, NOW)
            window = windows.window(connection, "daily", ["site"], NOW.replace(year=2025), NOW)
        counted.append(len(window.fresh))
    assert counted == [3, 2, 3]
