"""What becomes of mail, over days: bounced, complained of, left, and what the next issue does."""

import mailbox
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.model import EventKind, IssueId
from tests.hear.mails import dsn
from tests.hear.posting import dumped, new_key, shown, signed, told
from tests.line.newsroom import Folder
from tests.line.test_frequency import live
from tests.migrated import EVERYTHING

DAY = timedelta(days=1)
FIRST = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
CONFIG = """
[[sources]]
name = "desk"
kind = "folder"
path = "desk"
[[editions]]
slug = "daily"
name = "Daily"
time = "06:00"
zone = "UTC"
  [[editions.sections]]
  take = "latest"
[bounces]
kind = "maildir"
path = "bounces"
[complaints]
minimum = 1
[sending.sendgrid]
webhook_keys = ["{key}"]
[alerts]
to = ["desk@example.org"]
"""
READERS = """email,editions,consent_source,consent_at
gone@example.org,daily,form,2026-01-01
angry@example.org,daily,form,2026-01-01
full@example.org,daily,form,2026-01-01
fine@example.org,daily,form,2026-01-01
"""
KEY = new_key()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> App:
    (tmp_path / "desk").mkdir()
    (tmp_path / "config.toml").write_text(CONFIG.format(key=shown(KEY)))
    mailbox.Maildir(tmp_path / "bounces", create=True)
    given = {}
    if request.param == "postgres":
        given["database.url"] = request.getfixturevalue("postgres_url")(*EVERYTHING)
    made = App(load(tmp_path / "config.toml", given), SetClock(FIRST - DAY / 8))
    made.migrate()
    made.people.import_csv(BytesIO(READERS.encode()), now=made.clock.now(), actor="test")
    return made


def mails(app: App, issue: int) -> dict[str, bytes]:
    """Reader → their mail of an issue."""
    found = {}
    for file in (app.settings.sending.outbox / str(issue)).glob("*.eml"):
        raw = file.read_bytes()
        mail = message_from_bytes(raw, policy=default)
        found[str(mail["To"].addresses[0].username)] = raw
    return found


def test_the_next_issue_knows(app: App, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    live(app, tmp_path, days=2)
    first = mails(app, 2)
    assert set(first) == {"gone", "angry", "full", "fine"}
    who: Callable[[str], int | None] = lambda name: app.people.find(f"{name}@example.org")  # noqa: E731

    # A mail server sends one back; SendGrid posts the rest.
    message_id = str(message_from_bytes(first["gone"], policy=default)["Message-ID"])
    assert re.fullmatch(rf"<2-{who('gone')}-[a-z2-7]{{12}}@localhost>", message_id)
    mailbox.Maildir(tmp_path / "bounces").add(dsn(message_id=message_id.strip("<>")))
    at = int((FIRST + DAY * 25 / 24).timestamp())
    body = dumped(
        [
            told("spamreport", 2, who("angry") or 0, timestamp=at),
            told("bounce", 2, who("full") or 0, timestamp=at, status="4.2.2"),
            told("delivered", 2, who("fine") or 0, timestamp=at),
        ]
    )
    clock = app.clock
    assert isinstance(clock, SetClock)
    clock.at = FIRST + DAY * 13 / 12
    (address,) = app.pages.sites()
    with TestClient(address.site, base_url="http://127.0.0.1:8000") as client:
        headers = signed(KEY, body, str(int(clock.at.timestamp())))
        # From nowhere, as servers post: no Origin, no cookie.
        assert client.post("/hooks/sendgrid", content=body, headers=headers).status_code == 200
        assert client.post("/hooks/events", content=body).status_code == 404
    app.tick()

    heard = app.newsroom.heard(IssueId(2), 10)
    assert heard.readers == {
        EventKind.DELIVERED: 1,
        EventKind.SOFT_BOUNCE: 1,
        EventKind.HARD_BOUNCE: 1,
        EventKind.COMPLAINT: 1,
    }
    letters = [file.read_text() for file in app.settings.sending.outbox.rglob("*.eml")]
    (alert,) = [one for one in letters if "too many complaints" in one]
    assert "1 of 4 readers complained" in alert

    live(app, tmp_path, days=1, first=2)
    third = mails(app, 3)
    assert set(third) == {"full", "fine"}
    # Whose mail came back has seen nothing of it: its stories come again.
    assert b"Story 1" in third["full"]
    assert b"Story 1" not in third["fine"]

    if "sqlite" in request.node.name:
        folder = Folder(tmp_path)
        told_again = folder.json("events", "2")
        assert told_again["readers"]["hard_bounce"] == 1
        assert "@" not in str(told_again)
        mailbox.Maildir(tmp_path / "bounces").add(b"From: a@example.org\n\nA question.\n")
        kept = folder.json("bounces", "--once", expect=4)
        assert kept["mails"] == {"unknown": 1}
        assert len(kept["kept"]) == 1
