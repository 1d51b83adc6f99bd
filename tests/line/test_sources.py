"""Sources in the line: read once more before a lock, never awaited by a send, told on the CLI."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest import pipeline
from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.model import GatherStatus, IssueState
from digest.steps.gather import GatherReport
from digest.store.sources import Health
from tests.line.newsroom import Folder
from tests.sources.origin import Handler, Origin

DUE = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CONFIG = """
[gather]
allow_private = ["127.0.0.0/8"]

[[sources]]
name = "wire"
kind = "feed"
url = "{url}/wire"

[[sources]]
name = "other"
kind = "feed"
url = "{other}/other"

[[editions]]
slug = "daily"
name = "Daily"
sources = ["wire"]

[[editions.sections]]
title = "Latest"
take = "latest"
"""
ITEM = "<item><title>Story {0}</title><link>https://example.org/{0}</link></item>"


def feed(*numbers: int) -> bytes:
    items = "".join(ITEM.format(number) for number in numbers)
    return (
        f"<rss version='2.0'><channel><title>Wire</title><ttl>1440</ttl>{items}</channel></rss>"
    ).encode()


@pytest.fixture
def web() -> Iterator[Origin]:
    """A site whose feed asks to be read once a day."""
    with Origin() as origin:
        origin.gives("/wire", feed(1))
        yield origin


@pytest.fixture
def other() -> Iterator[Origin]:
    """Another host."""
    with Origin("127.0.0.2") as origin:
        yield origin


@pytest.fixture
def folder(tmp_path: Path, web: Origin, other: Origin) -> Folder:
    (tmp_path / "config.toml").write_text(CONFIG.format(url=web.url, other=other.url))
    return Folder(tmp_path)


@pytest.fixture
def app(folder: Folder) -> App:
    made = App(load(folder.path / "config.toml"), SetClock(DUE - timedelta(hours=5)))
    made.migrate()
    return made


def at(app: App, moment: datetime) -> None:
    assert isinstance(app.clock, SetClock)
    app.clock.at = moment
    app.tick()


def asked(web: Origin) -> int:
    return sum(path == "/wire" for path, _ in web.requests)


def test_a_source_is_read_once_more_before_the_lock_whatever_its_ttl(app: App, web: Origin) -> None:
    at(app, DUE - timedelta(hours=5))
    at(app, DUE - timedelta(hours=3))
    assert asked(web) == 1  # its ttl is a day
    lock = DUE - timedelta(minutes=10)
    at(app, lock - 11 * MINUTE)
    assert asked(web) == 1
    web.gives("/wire", feed(1, 2))
    at(app, lock - 10 * MINUTE)
    at(app, lock - 9 * MINUTE)
    assert asked(web) == 2
    stored = app.newsroom.draft(app.newsroom.today("daily"))
    assert "Story 2" in {one.stored.story.headline for one in stored.pool}
    for minutes in (5, 0, -5, -10):
        at(app, lock - minutes * MINUTE)
    assert asked(web) == 2


def test_what_is_due_to_go_waits_for_no_source(app: App, web: Origin, other: Origin) -> None:
    at(app, DUE - timedelta(hours=5))
    web.gives("/wire", feed(1, 2))
    at(app, DUE - 20 * MINUTE)
    at(app, DUE - 10 * MINUTE)
    issue = app.newsroom.today("daily")
    assert issue.state is IssueState.LOCKED
    states = []

    def look(handler: Handler) -> None:
        states.append(app.newsroom.issue(issue.id).state)
        handler.reply(200, feed(3))

    other.answers["/other"] = look
    at(app, DUE + 10 * MINUTE)
    assert set(states) <= {IssueState.SENT, IssueState.SKIPPED}
    assert states


def test_a_hanging_source_delays_no_other(app: App, other: Origin) -> None:
    order: list[str] = []
    wire_is_kept = threading.Event()
    other.answers["/other"] = lambda handler: wire_is_kept.wait(20)

    def done(report: GatherReport) -> None:
        order.append(report.source)
        if report.source == "wire":
            wire_is_kept.set()

    pipeline.gather(app.parts, done=done)
    assert order.index("wire") < order.index("other")
    states = {one.name: one for one in app.newsroom.source_states()}
    assert states["wire"].health(DUE) is Health.GOOD
    assert states["other"].status is GatherStatus.FAILED


def test_sources_tells_how_they_stand(folder: Folder, web: Origin) -> None:
    folder.run("gather", now=DUE.isoformat(), expect=4)
    rows = {row["name"]: row for row in folder.json("sources", now=DUE.isoformat())}
    assert rows["wire"]["health"] == "good"
    assert rows["other"]["health"] == "failing"
    assert "404" in rows["other"]["note"]
    assert "failing" in folder.run("sources").stdout


def test_sources_test_tells_what_would_be_gathered(folder: Folder, web: Origin) -> None:
    url = web.gives("/moved", b"", 301, Location="/wire")
    told = folder.json("sources", "test", url)
    assert (told["status"], told["final_url"]) == (200, f"{web.url}/wire")
    assert told["redirects"] == [{"status": 301, "to": f"{web.url}/wire"}]
    assert [story["headline"] for story in told["stories"]] == ["Story 1"]
    assert told["dates"] == {"none": 1}
    assert any("moved for good" in hint for hint in told["hints"])
    assert any("no date" in hint for hint in told["hints"])
    page = folder.json("sources", "test", web.gives("/p", b"<html></html>"), expect=4)
    assert page["error"]["kind"] == "web_page"
    assert "Story 1" in folder.run("sources", "test", "wire").stdout
    assert "hint: it has moved" in folder.run("sources", "test", url).stdout


def test_sources_import_prints_settings_that_load(folder: Folder) -> None:
    (folder.path / "feeds.opml").write_text(
        """<opml version="2.0"><body><outline text="World">
        <outline text='The "Wire" – world' type="rss" xmlUrl="https://example.org/world"/>
        <outline text='The "Wire" – world' type="rss" xmlUrl="https://example.org/asia"/>
        </outline></body></opml>"""
    )
    printed = folder.run("sources", "import", "feeds.opml").stdout
    config = folder.path / "config.toml"
    config.write_text(config.read_text() + "\n" + printed)
    found = load(config).sources[2:]
    assert [one.name for one in found] == ["the-wire-world", "the-wire-world-2"]
    assert found[0].title == 'The "Wire" – world'
    assert found[1].url == "https://example.org/asia"


def test_parse_ends_every_file_in_a_result_or_an_error_with_its_kind(folder: Folder) -> None:
    (folder.path / "good.xml").write_bytes(feed(1, 2))
    (folder.path / "page.html").write_bytes(b"<!doctype html><title>No feed</title>")
    (folder.path / "empty.xml").write_bytes(b"")
    (folder.path / "words.txt").write_bytes(b"words")
    names = ["good.xml", "page.html", "empty.xml", "words.txt", "absent.xml"]
    rows = folder.json("parse", *names, expect=4)
    assert [row["file"] for row in rows] == names
    assert [row["error"] and row["error"]["kind"] for row in rows] == [
        None, "web_page", "empty_answer", "not_a_feed", "unreadable_file",
    ]  # fmt: skip
    assert [story["url"] for story in rows[0]["stories"]] == [
        "https://example.org/1",
        "https://example.org/2",
    ]
    assert rows[0]["source"]["title"] == "Wire"
    assert json.loads(json.dumps(rows)) == rows
    assert "Story 2" in folder.run("parse", "good.xml").stdout
