"""The commands, as people type them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from digest.cli import after, extra, report  # noqa: F401 - they register
from digest.cli.root import cli
from tests.after.room import furnish

NOW = "2026-11-24T08:00:00+00:00"


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = furnish(tmp_path, "count_clicks = true")
    issue = room.send()
    room.app.engine.dispose()
    monkeypatch.chdir(tmp_path)

    def run(*words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(cli, ["--now", NOW, *words])
        assert done.exit_code == code, f"{words}: {done.output} {done.exception}"
        return json.loads(done.stdout) if "--json" in words else done.stdout

    told = run("report", "1", "--json")
    assert told["figures"]["accepted"] == 3
    assert told["clicked"] is None
    assert "fewer than 50 readers" in run("report", "1")
    found = run("links", "list", "1", "--json")["links"]
    assert len(found) == 3
    number = str(found[0]["id"])
    there = "https://meridian.example/new"
    assert run("links", "repoint", number, there, "--dry-run", "--json")["target"]["url"] == (
        f"{there}?utm_source=meridian&utm_medium=email&utm_campaign=daily-2026-11-24"
    )
    assert "would lead nowhere" in run("links", "withdraw", number, "--dry-run")
    run("links", "repoint", number, there, "--reason", "a typo")
    run("links", "withdraw", number, "--by", "Ed")
    listed = run("links", "list", "1")
    assert "a typo" in listed
    assert "Ed: link" in listed
    assert "Ferry" not in run("archive", "withdraw", "1", "--dry-run")
    assert run("archive", "list", "daily", "--json")[0]["issue"] == issue.id
    run("archive", "withdraw", "1")
    assert run("archive", "list", "daily", "--json") == []
    run("archive", "restore", "1")
    words = ("erratum", "1", "--story", "1", "--wrong", "Monday", "--right", "Tuesday")
    assert run(*words, "--dry-run", "--json")["readers"] == 3
    assert run(*words, "--json")["issue"]["state"] == "locked"
    waits = run("extra", "daily", "--dry-run", "--json")
    assert (waits["readers"], waits["waits"]) == (0, [])
