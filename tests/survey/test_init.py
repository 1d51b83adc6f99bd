"""``digest init URL`` as its developer calls it: over plain sites and over a real WordPress."""

import json
import os
import pty
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import warm
from tests.line.newsroom import Folder, environment
from tests.sources.origin import Origin
from tests.sources.wordpress_site import WordPressSite
from tests.survey.sites import harbour_post

NETWORK = ("--allow-private", "127.0.0.0/8")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty folder."""
    return Folder(tmp_path)


def test_without_a_terminal_it_prints_and_writes_nothing(origin: Origin, folder: Folder) -> None:
    done = folder.run("init", harbour_post(origin), *NETWORK)
    assert list(folder.path.iterdir()) == []
    assert "Nothing was written" in done.stderr
    assert "Ferry strike ends in Mombasa" in done.stderr
    (folder.path / "config.toml").write_text(done.stdout)
    folder.run("gather")


def test_yes_writes_what_runs(origin: Origin, folder: Folder) -> None:
    told = folder.run("init", harbour_post(origin), "news", *NETWORK, "--yes").stdout
    assert "a box of 3 stories: Editors’ Picks" in told
    assert "Floods in Niger" in told
    room = Folder(folder.path / "news")
    assert sorted(file.name for file in room.path.iterdir()) == [".secrets", "config.toml"]
    assert len(list((room.path / ".secrets").iterdir())) == 2
    room.run("run", "--once")
    assert "Ferry strike ends in Mombasa" in room.run("compose").stdout
    config = room.path / "config.toml"
    head, box, rest = config.read_text().partition('# [[sources]]\n# name = "picks-1"')
    block, gap, rest = rest.partition("\n\n")
    config.write_text(head + (box + block).replace("# ", "") + gap + rest)
    box_report = next(one for one in room.json("gather") if one["source"] == "picks-1")
    assert (box_report["status"], box_report["picks"]) == ("ok", 3)


def test_a_config_that_is_there_stays(origin: Origin, folder: Folder) -> None:
    (folder.path / "config.toml").write_text("# mine")
    done = folder.run("init", harbour_post(origin), *NETWORK, "--yes", expect=6)
    assert "is there already" in done.stdout
    assert (folder.path / "config.toml").read_text() == "# mine"
    assert origin.requests == [], "nobody is asked in vain"


def test_json_and_dry_run(origin: Origin, folder: Folder) -> None:
    told = folder.json("init", harbour_post(origin), *NETWORK, "--yes", "--dry-run")
    assert told["made"] == []
    assert told["survey"]["kind"] == "feed"
    assert told["config"].startswith("# newsletter-digest")
    assert told["issues"][0][1]["sections"]
    assert list(folder.path.iterdir()) == []


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("", False)])
def test_on_a_terminal_it_asks(origin: Origin, folder: Folder, answer: str, written: bool) -> None:
    controller, terminal = pty.openpty()
    place = Path(os.ttyname(terminal))
    words = ("init", harbour_post(origin), *NETWORK)
    process = warm.start(words, folder.path, environment(), place, place, stdin=place)
    asked = b""
    while b"[y/N]" not in asked:
        asked += os.read(controller, 65536)
    # Held by the command alone from here on: its end is the end of what is shown.
    os.close(terminal)
    os.write(controller, f"{answer}\n".encode())
    shown = (asked + _all(controller)).decode("utf-8", "replace")
    os.close(controller)
    assert "[[sources]]" in shown
    assert "Ferry strike ends" in shown
    assert (folder.path / "config.toml").exists() is written
    assert process.wait() == 0


def _all(descriptor: int) -> bytes:
    read = b""
    while True:
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:  # what a terminal says once nobody holds its other end
            break
        if not chunk:
            break
        read += chunk
    return read


@pytest.mark.parametrize(
    ("words", "expect", "told"),
    [
        (("http://127.0.0.1:9/",), 1, "--allow-private"),
        (("http://127.0.0.1:9/", *NETWORK), 1, "was not read"),
        (("http://", *NETWORK), 1, "was not read"),
        (("www.example.org", "folder"), 2, "does not begin with http"),
        (("http://127.0.0.1:9/", "--allow-private", "home"), 2, "10.1.0.0/16"),
    ],
)
def test_what_fails_is_one_clear_line(
    folder: Folder, words: tuple[str, ...], expect: int, told: str
) -> None:
    done = folder.run("init", *words, expect=expect)
    assert told in " ".join(done.stderr.replace("│", "").split())
    assert "Traceback" not in done.stderr
    assert list(folder.path.iterdir()) == []


def test_without_an_address_it_writes_the_plain_config(folder: Folder) -> None:
    folder.run("init", "plain")
    assert (folder.path / "plain/config.toml").read_text().startswith("# newsletter-digest")


@pytest.fixture(scope="module")
def wordpress() -> Iterator[WordPressSite]:
    """A paper in Lisbon with nested categories, a sticky post and picks."""
    now = datetime.now(UTC)
    rows = (
        ("Ana > Floods in Niger", ["World > Africa"], []),
        ("Banks & rates", ["Business"], ["Editor's Pick"]),
        ("The cup", ["Sport"], ["boats"]),
        ("A peach harvest", ["Georgia"], []),
        ("A letter", ["Opinion"], []),
        ("Unfiled", [], []),
    )
    with WordPressSite() as site:
        for name, value in (
            ("blogname", "The “Meridian” \\ paper"),
            ("blogdescription", "Tide & tidings"),
            ("timezone_string", "Europe/Lisbon"),
        ):
            site.option(name, value)
        for hours, (title, categories, tags) in enumerate(rows, start=1):
            site.publish(
                title=title,
                content="<p>Words.</p>",
                categories=categories,
                tags=tags,
                sticky=title == "The cup",
                date=now - timedelta(hours=hours),
            )
        yield site


@pytest.mark.part("wordpress")
def test_a_real_wordpress_from_address_to_digest(wordpress: WordPressSite, folder: Folder) -> None:
    told = folder.json("init", wordpress.url, *NETWORK, "--yes")
    survey = told["survey"]
    assert (survey["kind"], survey["name"]) == ("wordpress", "The “Meridian” \\ paper")
    assert survey["tagline"] == "Tide & tidings"
    assert survey["place"] == {
        "zone": "Europe/Lisbon", "zone_sure": True, "country": "PT", "country_sure": True,
    }  # fmt: skip
    assert survey["language"] == "en-us"
    assert (survey["stories"], survey["stickies"]) == (6, 1)
    text = (folder.path / "config.toml").read_text()
    assert text == told["config"]
    for line in (
        '"Africa" = "africa"', '"Business" = "business"', '"Sport" = "sports"',
        '# "Georgia" = "GE"', '# "Opinion" = ""', 'pick_tags = ["editors-pick"]',
        'home = "PT"', "1 story, World > Africa",
    ):  # fmt: skip
        assert line in text, line
    person = ("ana@example.org", "--edition", "daily", "--consent", "at a desk")
    folder.run("subscribers", "add", *person)
    folder.run("run", "--once")
    composed = folder.json("compose")[0]["content"]["sections"]
    assert composed[0]["title"] == "Editors’ picks"
    assert {card["headline"] for card in composed[0]["cards"]} == {"The cup", "Banks & rates"}


@pytest.mark.part("wordpress")
def test_a_wordpress_whose_rest_is_closed_is_read_by_feed(
    wordpress: WordPressSite, folder: Folder
) -> None:
    wordpress.close_rest()
    try:
        told = folder.json("init", wordpress.url, *NETWORK)
    finally:
        wordpress.close_rest(closed=False)
    assert told["survey"]["kind"] == "feed"
    assert "WordPress site, but its REST API answered 401" in told["survey"]["notes"][0]
    assert json.dumps(told["issues"], ensure_ascii=False).count("Floods in Niger") >= 1


@pytest.mark.part("wordpress")
def test_plain_permalinks(wordpress: WordPressSite, folder: Folder) -> None:
    wordpress.option("permalink_structure", "")
    try:
        told = folder.json("init", wordpress.url, *NETWORK)
    finally:
        wordpress.option("permalink_structure", "/%year%/%monthnum%/%postname%/")
    assert told["survey"]["kind"] == "wordpress"
    assert len(told["survey"]["categories"]) >= 5
