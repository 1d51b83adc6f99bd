"""Web copies: what mails that have gone lead to, for anybody, with nothing of a reader in them."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import BytesIO
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.copy_links import CopyLinks
from digest.model import VariantId
from digest.steps import address, compose, lock
from digest.steps.choose import choosing
from digest.steps.frozen import Frozen
from digest.store.engine import reading
from digest.store.tables import variant

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
CONFIG = """
[newsroom]
subscribe_url = "https://meridian.example/subscribe"
[sending]
precedence = "list"
unsubscribe_mailto = "leave@meridian.example"
[utm]
source = "meridian"
[[sources]]
name = "desk"
kind = "folder"
path = "desk"
[[editions]]
slug = "daily"
name = "Daily"
  [[editions.sections]]
  take = "latest"
"""
READERS = """email,name,style,editions,consent_source
ann@example.org,Ann Reader,full,daily,form
bob@example.org,Bob Reader,plain,daily,form
jörg@example.org,Jörg Reader,full,daily,form
"""


@pytest.fixture
def app(tmp_path: Path) -> App:
    """A newsroom with three stories and readers whose issue has been locked."""
    (tmp_path / "desk").mkdir()
    for number, name in enumerate(("Ferry library", "Night trains", "River towns")):
        (tmp_path / "desk" / f"{number}.md").write_text(
            f"---\ntitle: {name} return to the north\n"
            f"url: https://meridian.example/{number}\ndate: 2026-11-24T0{number + 1}:00:00Z\n"
            "---\nThey had been away for a winter of repairs.\n"
        )
    (tmp_path / "config.toml").write_text(CONFIG)
    made = App(load(tmp_path / "config.toml", {}), SetClock(NOW))
    made.migrate()
    made.people.import_csv(BytesIO(READERS.encode()), now=NOW, actor="test")
    made.tick()
    return made


def client(app: App) -> TestClient:
    return TestClient(app.pages.sites()[0].site, base_url="http://127.0.0.1:8000")


def mails(app: App) -> dict[str, EmailMessage]:
    found = {}
    for file in app.settings.sending.outbox.rglob("*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        assert isinstance(mail, EmailMessage)
        found[str(mail["To"]).partition(" ")[0]] = mail
    return found


def content(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_from_the_mail_to_its_copy(app: App) -> None:
    app.newsroom.send_now(app.newsroom.today("daily"))
    sent = mails(app)
    assert sent.keys() == {"Ann", "Bob", "Jörg"}
    ann, bob = sent["Ann"], sent["Bob"]
    assert (bob.get_content_type(), bob.is_multipart()) == ("text/plain", False)
    paths = {
        name: re.findall(r"http://127\.0\.0\.1:8000(/v/\S+)", content(mail, "plain"))
        for name, mail in sent.items()
    }
    assert all(len(found) == 1 for found in paths.values())
    assert paths["Ann"] == paths["Jörg"], "one for all readers of a variant"
    assert f'href="http://127.0.0.1:8000{paths["Ann"][0]}"' in content(ann, "html")
    assert "utm_source=meridian&amp;utm_medium=email&amp;utm_campaign=daily-2026-11-24" in content(
        ann, "html"
    )
    answers = [client(app).get(paths[name][0]) for name in ("Ann", "Bob")]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.text.count("Night trains return to the north") >= 1
        for word in ("Ann", "Bob", "Reader", "/u/", "/p/", "/v/", "utm_", "Unsubscribe", "<script"):
            assert word not in answer.text
        assert "https://meridian.example/subscribe" in answer.text
        assert answer.headers["x-robots-tag"].startswith("noindex")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "sandbox" in policy
        assert "set-cookie" not in answer.headers
    assert answers[0].text == answers[1].text, "a reader of plain text sees it in full there"
    leave = re.fullmatch(r"<http\S+/u/(\S{22})>, <mailto:(\S+)>", ann["List-Unsubscribe"])
    assert leave is not None
    assert leave[2] == f"leave@meridian.example?subject={leave[1]}"
    assert ann["Precedence"] == "list"


def test_nothing_else_is_shown(app: App) -> None:
    app.newsroom.send_now(app.newsroom.today("daily"))
    path = app.parts.copies.path(VariantId(1))
    assert client(app).get(path).status_code == 200
    other = app.parts.copies.path(VariantId(2))
    for wrong in (path[:-1], path[:3] + "2" + path[4:], path + "x", "/v/1", "/v/", "/v/1-", "/v/é"):
        assert client(app).get(wrong).status_code == 404, wrong
    assert client(app).get(path[:4] + other[4:]).status_code == 404
    assert client(app).get(app.parts.copies.path(VariantId(99))).status_code == 404
    assert client(app).post(path).status_code == 405


def test_an_issue_that_has_not_gone_has_no_copy(app: App) -> None:
    issue = app.newsroom.today("daily")
    issue = lock.lock(app.parts, compose.compose(app.parts, issue))
    draft = app.newsroom.draft(issue)
    for chunk in choosing(app.parts, issue, draft).chunks():
        Frozen().add(app.parts, issue, chunk)
    with reading(app.engine) as connection:
        (first, *_) = connection.execute(variant.select()).all()
    path = app.parts.copies.path(VariantId(first.id))
    assert client(app).get(path).status_code == 404
    address.address(app.parts, issue)
    assert client(app).get(path).status_code == 200


def test_an_address_is_signed_and_old_secrets_open_what_they_made() -> None:
    old, new = CopyLinks((b"a" * 32,)), CopyLinks((b"b" * 32, b"a" * 32))
    name = old.path(VariantId(7)).removeprefix("/v/")
    assert re.fullmatch(r"7-[A-Za-z0-9_-]{22}", name)
    assert new.read(name) == 7
    assert CopyLinks((b"b" * 32,)).read(name) is None
    assert new.path(VariantId(7)) != old.path(VariantId(7))
    for wrong in (
        "",
        "7",
        "07" + name[1:],
        "8" + name[1:],
        "x-y",
        "-",
        "9" * 40 + "-x",
        "٧" + name[1:],
    ):
        assert new.read(wrong) is None
    assert "aaaa" not in repr(old)
