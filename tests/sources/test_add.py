"""``digest add URL``: from an address to a pick in the issues that are filling."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection, Engine

from digest import pipeline
from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.errors import ConfigError, NotFoundError, WrongStateError
from digest.model import (
    HAND,
    IssueId,
    ParsedStory,
    PickOrigin,
    Reject,
    RejectReason,
    StoryState,
)
from digest.sources.build import read_story
from digest.steps.add import add, look
from digest.steps.gather import gather
from digest.store import added, stories, windows
from digest.store.engine import writing
from digest.store.windows import SeenReason
from tests.line.newsroom import Folder
from tests.making import NOW as MADE
from tests.making import gathered, parsed
from tests.sources.origin import Origin

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
CONFIG = """
[gather]
allow_private = ["127.0.0.0/8"]
[[sources]]
name = "wire"
kind = "feed"
url = "{url}/feed"
zone = "Europe/Berlin"
drop_parameters = ["ref"]
[[editions]]
slug = "daily"
name = "Daily"
sources = ["wire"]
[[editions.sections]]
take = "picks"
[[editions]]
slug = "weekly"
name = "Weekly"
sources = ["wire"]
[[editions.sections]]
take = "picks"
"""
TEXT = "<p>The ferries in Nairobi, Kenya sail again after the storm, says the ministry.</p>" * 3
PAGE = f"""<!doctype html><html lang="en"><head><link rel="canonical" href="/ferries-sail">
<script type="application/ld+json">{
    json.dumps(
        {
            "@type": "NewsArticle",
            "headline": "Ferries sail in Kenya",
            "articleSection": "World",
            "datePublished": "2026-11-24T01:30:00",
            "description": "After the storm.",
        }
    )
}</script></head><body><article><h1>Ferries</h1>{TEXT}</article></body></html>"""
FEED = """<rss version="2.0"><channel><title>Wire</title><item><title>Ferries sail</title>
<link>{url}/ferries-sail?utm_source=rss</link><guid>7</guid><pubDate>{date}</pubDate>
<description>As the wire told it, at some length.</description></item></channel></rss>"""


@pytest.fixture
def site() -> Iterator[Origin]:
    """A site with one story, and a feed that does not carry it yet."""
    with Origin() as origin:
        origin.gives("/ferries-sail", PAGE.encode(), Content_Type="text/html; charset=utf-8")
        origin.gives("/feed", b"<rss version='2.0'><channel><title>W</title></channel></rss>")
        yield origin


@pytest.fixture
def app(tmp_path: Path, site: Origin) -> App:
    (tmp_path / "config.toml").write_text(CONFIG.format(url=site.url))
    made = App(load(tmp_path / "config.toml"), SetClock(NOW))
    made.migrate()
    return made


def read(app: App, url: str) -> ParsedStory:
    found = read_story(app.settings, url, NOW)
    assert isinstance(found, ParsedStory), found
    return found


def carried(app: App, slug: str) -> dict[str, PickOrigin | None]:
    """What the next issue of an edition may use, and why."""
    issue, _ = app.newsroom.next_issue(slug)
    return {one.stored.story.headline: one.pick for one in app.newsroom.draft(issue).pool}


def tell_in_feed(site: Origin, date: str) -> None:
    site.gives("/feed", FEED.format(url=site.url, date=date).encode())


def test_a_find_is_read_classified_and_carried_by_every_edition(app: App, site: Origin) -> None:
    done = add(app.parts, read(app, f"{site.url}/ferries-sail?ref=mail"), ())
    assert (done.known, done.editions, done.story.source) == (False, ("daily", "weekly"), HAND)
    assert done.story.classification.primary_country == "KE"
    # a date without a zone is read as by the site's own source
    assert done.story.story.published_at == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    for slug in ("daily", "weekly"):
        assert carried(app, slug) == {"Ferries sail in Kenya": PickOrigin.DESK}


def test_for_one_edition_it_is_one_editions(app: App, site: Origin) -> None:
    done = add(app.parts, read(app, f"{site.url}/ferries-sail"), ["weekly"])
    assert done.editions == ("weekly",)
    assert carried(app, "daily") == {}
    assert carried(app, "weekly") == {"Ferries sail in Kenya": PickOrigin.DESK}
    with pytest.raises(NotFoundError, match="no edition 'monthly'"):
        add(app.parts, done.story.story, ["monthly"])


def test_twice_is_once_and_the_wires_copy_is_the_same_story(app: App, site: Origin) -> None:
    first = add(app.parts, read(app, f"{site.url}/ferries-sail"), ())
    again = add(app.parts, read(app, f"{site.url}/ferries-sail?utm_medium=chat&ref=x"), ())
    assert (again.known, again.story.id) == (True, first.story.id)
    tell_in_feed(site, "Tue, 24 Nov 2026 00:30:00 GMT")
    (report,) = gather(app.parts)
    assert (report.stories, report.new) == (1, 0)
    assert len(carried(app, "daily")) == 1


def test_a_known_story_becomes_a_pick_however_old(app: App, site: Origin) -> None:
    """The wire's first gather counted it as sent long ago; the editor wants it now."""
    tell_in_feed(site, "Tue, 17 Nov 2026 00:30:00 GMT")
    (report,) = gather(app.parts)
    assert report.already_sent == {"daily": 1, "weekly": 1}
    assert carried(app, "daily") == {}
    clock = app.clock
    assert isinstance(clock, SetClock)
    clock.at += 72 * HOUR
    found = read(app, f"{site.url}/ferries-sail")
    assert look(app.parts, found, ()).known
    assert carried(app, "daily") == {}
    done = add(app.parts, found, ["daily"])
    assert (done.known, done.story.source) == (True, "wire")
    assert carried(app, "daily") == {"Ferries sail": PickOrigin.DESK}
    assert carried(app, "weekly") == {}


def test_what_readers_had_they_do_not_get_again(app: App, site: Origin) -> None:
    app.add_subscriber("ana@example.org", frozenset({"daily"}), "asked", "Ana")
    found = read(app, f"{site.url}/ferries-sail")
    add(app.parts, found, ())
    issue, _ = app.newsroom.next_issue("daily")
    pipeline.send_now(app.parts, issue)
    clock = app.clock
    assert isinstance(clock, SetClock)
    clock.at += HOUR
    assert add(app.parts, found, ()).sent == {"daily": issue.id}
    assert carried(app, "daily") == {}
    assert carried(app, "weekly") == {"Ferries sail in Kenya": PickOrigin.DESK}


def test_its_publisher_has_the_last_word(app: App, site: Origin) -> None:
    """What the wire holds back is not carried, whoever found it, until the wire gives it back."""
    wire = read(app, f"{site.url}/ferries-sail")
    add(app.parts, wire, ())
    gone = Reject(entry="7", reason=RejectReason.WITHDRAWN, aliases=wire.aliases)
    with writing(app.engine) as connection:
        stories.keep(connection, replace(gathered(), source="wire", rejects=(gone,)), NOW)
    assert carried(app, "daily") == {}
    with writing(app.engine) as connection:
        stories.keep(connection, gathered(wire, source="wire"), NOW)
    assert len(carried(app, "daily")) == 1


def test_a_story_that_is_held_back_is_refused(app: App, site: Origin) -> None:
    found = read(app, f"{site.url}/ferries-sail")
    gone = Reject(entry="7", reason=RejectReason.PROTECTED, aliases=found.aliases)
    with writing(app.engine) as connection:
        stories.keep(connection, gathered(found, source="wire"), NOW)
        stories.keep(connection, replace(gathered(), source="wire", rejects=(gone,)), NOW)
    for way in (look, add):
        with pytest.raises(WrongStateError, match="it is protected"):
            way(app.parts, found, ())
    with writing(app.engine) as connection:
        window = windows.window(connection, "daily", ["wire"], NOW - HOUR, NOW + HOUR)
    assert window.fresh == ()


def test_the_window_of_what_was_added_is_by_when_it_was_added(engine: Engine) -> None:
    """On both databases: by edition, by time, until its readers had it, live or not."""
    found = replace(parsed(1), text="Words.", pick=PickOrigin.DESK)
    for_weekly = gathered(found, source=added.carrier("weekly"))

    def carried_by(connection: Connection, edition: str, after: datetime) -> int:
        return len(windows.window(connection, edition, ["wire"], after, MADE).fresh)

    with writing(engine) as connection:
        (key,) = stories.keep(connection, for_weekly, MADE - HOUR).new
        assert carried_by(connection, "daily", MADE - 2 * HOUR) == 0
        assert carried_by(connection, "weekly", MADE - 2 * HOUR) == 1
        assert carried_by(connection, "weekly", MADE - HOUR) == 0
        stories.keep(connection, gathered(found, source=added.carrier()), MADE)
        assert carried_by(connection, "daily", MADE - HOUR) == 1
        windows.mark_seen(connection, "daily", {key: 1}, SeenReason.FIRST_GATHER, MADE)
        assert carried_by(connection, "daily", MADE - HOUR) == 0
        added.wanted(connection, key, ["daily"])
        assert carried_by(connection, "daily", MADE - HOUR) == 1
        windows.mark_seen(connection, "daily", {key: 1}, SeenReason.SENT, MADE, IssueId(3))
        added.wanted(connection, key, ["daily"])
        assert carried_by(connection, "daily", MADE - HOUR) == 0
        assert added.sent(connection, key, ["daily", "weekly"]) == {"daily": 3}
        embargoed = replace(found, state=StoryState.EMBARGOED, pick=None)
        stories.keep(connection, gathered(embargoed), MADE)
        assert carried_by(connection, "weekly", MADE - 2 * HOUR) == 0


def test_the_name_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[[sources]]\nname = "hand"\nkind = "feed"\nurl = "https://a.example/f"\n')
    with pytest.raises(ConfigError, match="what editors add by hand"):
        load(file)


def test_the_command_tells_what_was_read(tmp_path: Path, app: App, site: Origin) -> None:
    folder = Folder(tmp_path)
    url = f"{site.url}/ferries-sail"
    now = NOW.isoformat()
    row = folder.json("add", url, "--dry-run", now=now)
    assert (row["status"], row["story"]) == ("would be added", None)
    row = folder.json("add", url, "--edition", "daily", now=now)
    assert (row["status"], row["story"], row["editions"]) == ("added", 1, ["daily"])
    assert (row["read"]["headline"], row["pick"]) == ("Ferries sail in Kenya", "desk")
    assert row["reading"]["primary_country"] == "KE"
    told = folder.run("add", url, "--edition", "weekly", now=now).stdout
    assert told.startswith("known 1: Ferries sail in Kenya\n")
    assert "an editors’ pick for: weekly" in told
    folder.run("add", url, "--edition", "monthly", expect=1)


@pytest.mark.parametrize(
    ("url", "kind", "words"),
    [
        ("{site}/none", "unreadable", "404"),
        ("{site}/feed", "unreadable", "not a web page"),
        ("http://169.254.169.254/latest/", "unreadable", "private address"),
        ("file:///etc/passwd", "bad_link", "http or https"),
        ("http://[::1", "bad_link", "http or https"),
        ("{site}/", "bad_link", "front page"),
        ("http://127.0.0.1:1/a-story", "unreadable", "could not be read"),
    ],
)
def test_what_is_no_story_is_refused_in_words(
    tmp_path: Path, app: App, site: Origin, url: str, kind: str, words: str
) -> None:
    site.gives("/", PAGE.replace("/ferries-sail", "/").encode(), Content_Type="text/html")
    site.gives("/none", b"", 404)
    site.gives("/feed", b"<rss/>", Content_Type="text/xml")
    told = Folder(tmp_path).json("add", url.format(site=site.url), expect=4)
    assert (told["status"], told["error"]["kind"]) == ("refused", kind)
    assert words in told["error"]["message"]
