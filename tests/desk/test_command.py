"""The editors' commands, in a newsroom of their own."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from digest.cli import (  # noqa: F401 - they register
    block,
    config_show,
    edit,
    history,
    line,
    look,
    section,
)
from digest.cli.root import cli
from digest.errors import ConflictError, InvalidError
from tests.desk.test_machine import CONFIG

SECRET = "hushhush"


class Room:
    """A newsroom's command line, in this process."""

    def __init__(self, folder: Path) -> None:
        self._told = ["--config", str(folder / "config.toml"), "--now", "2026-11-24T06:00+00:00"]

    def run(self, *words: str) -> str:
        done = CliRunner().invoke(cli, [*self._told, *words], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))


@pytest.fixture
def room(tmp_path: Path) -> Room:
    (tmp_path / "wire").mkdir()
    for number in range(4):
        date = f"2026-11-24T0{number}:00Z"
        told = f"title: Story {number}\ndate: {date}\nurl: https://a.example/{number}"
        (tmp_path / "wire" / f"{number}.md").write_text(f"---\n{told}\n---\n\nText {number}.\n")
    (tmp_path / "config.toml").write_text(CONFIG)
    secrets = tmp_path / ".secrets"
    secrets.mkdir(mode=0o700)
    (secrets / "sending__sendgrid__api_key").write_text(SECRET)
    made = Room(tmp_path)
    made.run("gather")
    made.run("compose")
    return made


def test_an_editors_morning(room: Room) -> None:
    issue = str(room.json("issues")[0]["id"])
    first = str(room.json("show", issue)["slots"][0]["story"])
    words = ("edit", issue, "--story", first, "--headline", "Better", "--by", "Ines")
    said = room.json(*words, "--dry-run")
    assert said["changes"] == ["“Story 3”: headline as it was told → “Better”"]
    seen = str(said["issue"]["revision"])
    done = room.json(*words, "--revision", seen)
    assert done["issue"]["revision"] == int(seen) + 1
    with pytest.raises(ConflictError, match="Ines changed the issue meanwhile"):
        room.run("edit", issue, "--note", "Hello", "--revision", seen)
    with pytest.raises(InvalidError, match="who pays"):
        room.run("block", issue, "--sponsor", "--title", "Ferries")
    paid = ("--sponsor", "--label", "Sponsored by Ferries", "--after", "latest")
    room.run("block", issue, *paid, "--title", "Ferries")
    room.run("block", issue, "--number", "1", "--title", "Boats")
    room.run("section", issue, "latest-2", "--title", "Last", "--keep", "--by", "Otto")
    acts = room.json("history", issue)
    told = ["change section", "change block", "add block", "edit"]
    assert [one["what"] for one in acts] == told
    assert "Better" in room.run("show", issue)
    room.run("revert", issue, seen)
    assert "Better" not in room.run("show", issue)
    assert "“Better” → as it was told" in room.run("history", issue)


def test_the_configuration_in_force(room: Room) -> None:
    issue = str(room.json("issues")[0]["id"])
    room.run("section", issue, "--order", "latest-2,latest", "--keep", "--by", "Otto")
    for said in (room.run("config", "show"), room.run("config", "show", "--json")):
        assert "Otto" in said
        assert SECRET not in said
        assert "*****" in said
    kept = room.json("config", "show")["kept"]["daily"]
    assert [one["change"]["slug"] for one in kept] == ["latest-2", "latest"]
