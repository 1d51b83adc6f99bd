"""Readers get on while the database is away: to what is known; else they are told to come again."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from digest.click_links import ClickLinks
from digest.clock import SetClock
from digest.model import IssueId, LinkId, LinkPlace, Target
from digest.steps.known_links import KNOWN, KnownLinks
from digest.store.engine import make_engine
from digest.store.links import StoredLink
from tests.after.room import NOW, Room, furnish, links
from tests.after.test_clicks import COUNTED, LATER, follow, kinds

SIGNS = ClickLinks((b"k" * 32,))
PAST = timedelta(seconds=6)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = furnish(tmp_path, COUNTED)
    yield made
    made.app.engine.dispose()


@contextmanager
def away(room: Room, path: Path) -> Iterator[None]:
    """Its database is not where it was."""
    room.app.engine.dispose()
    (base,) = path.glob("**/digest.sqlite3")
    kept = base.rename(base.with_name("away"))
    base.mkdir()
    try:
        yield
    finally:
        base.rmdir()
        kept.rename(base)


def test_who_follows_a_link_gets_there_while_the_database_is_away(
    room: Room, tmp_path: Path
) -> None:
    issue = room.send()
    paths = links(room.mails(issue)["Ann"])
    room.clock.at += LATER
    there = room.client.get(paths[0]).headers["location"]
    unknown = room.app.parts.links.path(LinkId(999))
    with away(room, tmp_path):
        room.clock.at += PAST
        for _ in range(3):
            answer = room.client.get(paths[0])
            assert (answer.status_code, answer.headers["location"]) == (302, there)
            room.clock.at += timedelta(seconds=2)
        # The others of its issue are known with it, and what nobody signed is never asked for.
        assert follow(room, paths[1]) == 302
        assert follow(room, "/c/1.aaaaaaaaaaaaaaaa") == 404
        later = room.client.get(unknown, headers={"Accept-Language": "es"})
        assert later.status_code == 503
        assert later.headers["retry-after"] == "30"
        assert later.headers["cache-control"] == "no-store"
        assert 'lang="es"' in later.text
        assert room.client.head(unknown).status_code == 503
    room.clock.at += PAST
    assert follow(room, unknown) == 404
    assert sum(kinds(room).values()) == 5, "what was followed meanwhile is counted afterwards"


def test_links_of_late_issues_are_known_before_anybody_asks(room: Room, tmp_path: Path) -> None:
    paths = links(room.mails(room.send())["Ann"])
    known = room.app.following.counter.links
    known.warm()
    with away(room, tmp_path):
        room.clock.at += PAST
        assert room.client.get(paths[0]).status_code == 302
    room.clock.at += timedelta(days=20)
    again = KnownLinks(room.app.engine, room.clock, room.app.parts.links)
    again.warm()
    assert again.recall(paths[0].removeprefix("/c/")) is None, "too long ago"


@pytest.fixture
def silent() -> Iterator[str]:
    """A database that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"postgresql://x@127.0.0.1:{server.getsockname()[1]}/x?connect_timeout=4"


def test_a_database_that_hangs_keeps_few_waiting(silent: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    clock, engine = SetClock(NOW), make_engine(silent)
    known = KnownLinks(engine, clock, SIGNS)
    one = StoredLink(
        id=LinkId(1),
        issue=IssueId(1),
        target=Target(url="https://m.example/1", place=LinkPlace.STORY),
    )
    known.remember([one], None)
    clock.at += PAST
    name = SIGNS.path(LinkId(1)).removeprefix("/c/")
    started = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: known.find(name), range(40)))
    assert all(each is not None and each.url == "https://m.example/1" for each in found)
    assert time.perf_counter() - started < 6, "one hangs, few wait for it"
    engine.dispose()


def test_no_more_is_remembered_than_there_is_room_for(silent: str) -> None:
    known = KnownLinks(make_engine(silent), SetClock(NOW), SIGNS)

    def links_of(first: int, count: int) -> list[StoredLink]:
        target = Target(url="https://m.example/", place=LinkPlace.STORY)
        return [
            StoredLink(id=LinkId(first + n), issue=IssueId(first), target=target)
            for n in range(count)
        ]

    def path(number: int) -> str:
        return SIGNS.path(LinkId(number)).removeprefix("/c/")

    known.remember(links_of(1, 100), None)
    known.remember(links_of(1001, KNOWN - 50), None)
    assert known.recall(path(1)) is None
    assert known.recall(path(100)) is not None
    assert known.recall(path(1001)) is not None
