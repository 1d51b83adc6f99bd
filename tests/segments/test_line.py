"""Segments in the whole line: saved ones decide who gets an issue, and issues are counted."""

import csv
import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from digest.app import App
from digest.cli import segments, subscribers  # noqa: F401  # they register
from digest.cli.root import cli
from digest.clock import SetClock
from digest.config import load
from digest.errors import ConfigError, NotFoundError, WrongStateError
from digest.model import Interest, IssueState
from digest.steps.count_received import Counting
from subscribers import Engagement
from tests.migrated import EVERYTHING

DUE = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
CONFIG = """
[[segments]]
name = "fixed"
filter = { tag = "club" }
[[sources]]
name = "desk"
kind = "folder"
path = "desk"
[[editions]]
slug = "open"
name = "Open"
time = "06:00"
  [[editions.sections]]
  take = "latest"
[[editions]]
slug = "closed"
name = "Closed"
time = "06:00"
segments = ["gold", "fixed"]
  [[editions.sections]]
  take = "latest"
"""
READERS = """email,editions,attribute:plan,tags,consent_source
gold@example.org,open;closed,gold,,form
club@example.org,open;closed,,club,form
other@example.org,open;closed,silver,,form
"""
GOLD = '{attribute = {name = "plan", is = "gold"}}'


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> App:
    """A newsroom an hour before the first issues of two editions."""
    folder(tmp_path)
    told = {}
    if request.param == "postgres":
        told["database.url"] = request.getfixturevalue("postgres_url")(*EVERYTHING)
    made = App(load(tmp_path / "config.toml", told), SetClock(DUE - timedelta(hours=1)))
    made.migrate()
    made.people.import_csv(BytesIO(READERS.encode()), now=made.clock.now(), actor="test")
    return made


def folder(path: Path) -> None:
    (path / "desk").mkdir()
    told = f"title: News\nurl: https://example.org/1/\ndate: {DUE - timedelta(hours=2)}"
    (path / "desk" / "1.md").write_text(f"---\n{told}\n---\n\nText.\n")
    (path / "config.toml").write_text(CONFIG)


def at(app: App, when: datetime) -> dict[str, str]:
    """The state of each edition's newest issue, once the clock has ticked then."""
    assert isinstance(app.clock, SetClock)
    app.clock.at = when
    app.tick()
    return {one.edition: str(one.state) for one in reversed(app.newsroom.issues(9))}


def to(app: App, edition: str) -> set[str]:
    (issue,) = [
        one
        for one in app.newsroom.issues(9)
        if one.edition == edition and one.state is IssueState.SENT
    ]
    files = (app.settings.sending.outbox / str(issue.id)).glob("*.eml")
    return {line for file in files for line in file.read_text().splitlines() if "To:" in line[:3]}


def test_an_edition_goes_to_a_saved_segment(app: App) -> None:
    app.segments.save("gold", GOLD, "editor")
    at(app, DUE - timedelta(hours=1))
    assert app.newsroom.send_plan("closed").left_out == {"outside_segments": 1}
    at(app, DUE)
    assert len(to(app, "closed")) == 2
    assert len(to(app, "open")) == 3
    # Sent, and counted in the same tick; a second one counts nothing again.
    app.segments.save("two", "{received = {at_least = 2}}", "editor")
    app.segments.save("today", '{received = {edition = "closed", last_within = "1 day"}}', "me")
    assert app.segments.count("two").people == 2
    at(app, DUE + timedelta(minutes=1))
    assert app.segments.count("two").people == 2
    assert app.segments.count("today").people == 2
    # And the desk may look with its eyes.
    assert list(app.pages.desk.choices["segment"]) == ["fixed", "gold", "today", "two"]
    issue = app.newsroom.upcoming("open")
    seen = app.newsroom.preview(issue, Interest(segments=frozenset({"gold"})))
    assert seen.readers == "readers with segment gold"


def test_counting_goes_on_where_it_broke_off(app: App) -> None:
    app.segments.save("gold", GOLD, "editor")
    counting = Counting(engine=app.engine, clock=app.clock, people=Engagement(app.engine))
    assert counting.go_on(1) == 0
    at(app, DUE - timedelta(hours=1))
    app.segments.save("any", "{received = {}}", "editor")
    told = Engagement(app.engine)
    at(app, DUE)
    assert app.segments.count("any").people == 3
    assert counting.go_on(5) == 0
    assert told.uncounted([one.id for one in app.newsroom.issues(9)]).keys() == {
        one.id for one in app.newsroom.issues(9) if one.state is not IssueState.SENT
    }


def test_a_segment_that_is_gone_stops_its_edition_alone(app: App) -> None:
    app.segments.save("gold", GOLD, "editor")
    at(app, DUE - timedelta(hours=1))
    app.segments.remove("gold")
    assert not app.newsroom.send_plan("open").left_out
    with pytest.raises(NotFoundError, match="no segment 'gold'"):
        app.newsroom.send_plan("closed")
    states = at(app, DUE)
    assert to(app, "open")
    assert states["closed"] != "sent"
    app.segments.save("gold", GOLD, "editor")
    at(app, DUE + timedelta(minutes=1))
    assert len(to(app, "closed")) == 2


def test_an_edition_that_names_none_there_is(app: App) -> None:
    with pytest.raises(ConfigError) as caught:
        _ = app.parts
    (mistake,) = caught.value.mistakes
    assert mistake.key == "editions[1].segments"
    assert "'gold': there is no such segment" in mistake.problem


def test_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "readers.csv").write_text(READERS)

    def digest(*words: str) -> Result:
        return CliRunner().invoke(cli, words)

    def told(*words: str) -> Any:
        return json.loads(digest(*words, "--json").stdout)

    wrong = digest("segments", "save", "gold", '{attribut = {name = "plan"}}').exception
    assert "segments.gold.attribut: is no condition; did you mean 'attribute'?" in str(wrong)
    assert told("segments", "save", "gold", GOLD, "--dry-run")["people"] is None
    assert told("segments", "save", "gold", GOLD)["people"] == 0
    digest("subscribers", "import", "readers.csv")
    assert told("segments", "count", "gold") == {"segment": "gold", "people": 1, "mailable": 1}
    listed = told("segments", "list")["segments"]
    assert [(one["name"], one["people"]) for one in listed] == [("fixed", 1), ("gold", 1)]
    assert digest("segments", "explain", "gold", "--subscriber", "3").stdout.splitlines() == [
        "subscriber 3 is not in gold",
        "  no  attribute plan is gold",
    ]
    assert digest("segments", "export", "gold", "-o", "gold.csv").exit_code == 0
    (row,) = csv.DictReader((tmp_path / "gold.csv").open(newline=""))
    assert row["email"] == "gold@example.org"
    assert (tmp_path / "gold.csv").stat().st_mode & 0o077 == 0
    assert told("segments", "members", "gold")[0].keys() == {"subscriber", "language", "joined"}
    refused = digest("segments", "remove", "gold").exception
    assert isinstance(refused, WrongStateError)
    assert "editions[1].segments of config.toml uses the segment 'gold'" in str(refused)
