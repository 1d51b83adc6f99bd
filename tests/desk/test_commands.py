"""``digest people`` and ``digest audit``."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from digest.cli import audit, people
from digest.cli.root import cli
from digest.errors import WrongStateError
from digest.store.engine import make_engine, writing
from tests.desk.conftest import CONFIG

__all__ = ["audit", "people"]  # they register


@pytest.fixture(autouse=True)
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)


def told(*words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(cli, [*words, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def test_the_first_admin_and_others() -> None:
    url = told("people", "admin", "Ann", "ann@paper.example")["url"]
    assert url.startswith("http://127.0.0.1:8000/desk/welcome/")
    roles = ("--role", "viewer", "--role", "editor:daily")
    assert told("people", "invite", "Bob", "bob@paper.example", *roles)["url"]
    assert told("people", "roles", "Bob", "--role", "sender")["roles"] == "sender"
    assert told("people", "disable", "bob@paper.example")["state"] == "closed"
    assert told("people", "enable", "Bob")["state"] == "open"
    assert told("people", "reset", "Bob")["url"]
    assert told("people", "logout", "Bob") == {"sessions": 0}
    assert [(one["name"], one["roles"]) for one in told("people", "list")] == [
        ("Ann", "admin"),
        ("Bob", "sender"),
    ]
    lines = CliRunner().invoke(cli, ["audit", "--json"]).stdout.splitlines()
    assert [json.loads(one)["what"] for one in lines] == (
        ["invite", "invite", "roles", "disable", "enable", "reset", "log out everywhere"]
    )
    assert told("audit", "--verify", "--anchor", json.loads(lines[0])["seal"])["broken"] is None


def test_no_role_that_there_is_not() -> None:
    done = CliRunner().invoke(
        cli, ["people", "invite", "Bob", "bob@paper.example", "--role", "editor:hourly"]
    )
    assert done.exit_code == 2
    assert "is no edition" in done.output


def test_the_last_admin_stays() -> None:
    told("people", "admin", "Ann", "ann@paper.example")
    done = CliRunner().invoke(cli, ["people", "disable", "Ann"])
    assert isinstance(done.exception, WrongStateError)


def test_a_record_that_was_tampered_with() -> None:
    told("people", "admin", "Ann", "ann@paper.example")
    told("people", "invite", "Bob", "bob@paper.example", "--role", "viewer")
    engine = make_engine("sqlite:///var/digest.sqlite3")
    with writing(engine) as connection:
        connection.execute(sa.text("DROP TRIGGER audit_no_update"))
        connection.execute(sa.text("UPDATE audit SET after = 'admin' WHERE id = 2"))
    engine.dispose()
    found = told("audit", "--verify", code=8)
    assert (found["broken"], found["entries"]) == (2, 1)
    done = CliRunner().invoke(cli, ["audit", "--verify"])
    assert "entry 2 is not as it was written" in done.stdout
