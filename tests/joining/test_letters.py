"""Letters by the real line: from a form over HTTP into the outbox, each once, in seconds."""

import re
import signal
import socket
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from mailbox import Maildir
from pathlib import Path
from urllib.request import urlopen

import pytest
import sqlalchemy as sa
from httpx2 import Client
from starlette.testclient import TestClient

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.languages import SPOKEN, language
from digest.steps.people_letters import Postman
from digest.store.engine import reading, writing
from digest.store.letters import claim, standing
from subscribers import Consent
from subscribers.letters import LetterKind, write_to
from subscribers.tables import letter_due
from tests.hear.mails import dsn
from tests.line.mailbox import Mailbox
from tests.line.newsroom import Folder

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
ANN = "ann@example.org"
CONFIG = """
[newsroom]
name = "The Meridian"
postal_address = "1 Sea Road"
[web]
port = {port}
[signup]
per_place = 0
[sending]
from = "The Meridian <news@meridian.example>"
reply_to = "desk@meridian.example"
unsubscribe_mailto = "leave@meridian.example"
{sending}
[[sources]]
name = "desk"
kind = "folder"
path = "desk"
[[editions]]
slug = "daily"
name = "Daily"
languages = ["en", "fr"]
  [[editions.sections]]
  take = "latest"
  title = "News"
[[editions]]
slug = "weekly"
name = "Weekly"
  [[editions.sections]]
  take = "latest"
"""


def newsroom(folder: Path, sending: str = "", port: int = 8000) -> Path:
    (folder / "desk").mkdir()
    for number, name in enumerate(("Ferry library", "Night trains", "River towns")):
        (folder / "desk" / f"{number}.md").write_text(
            f"---\ntitle: {name} return\nurl: https://meridian.example/{number}\n"
            f"date: 2026-11-24T0{number + 1}:00:00Z\n---\nAfter a winter of repairs.\n"
        )
    config = folder / "config.toml"
    config.write_text(CONFIG.format(port=port, sending=sending))
    return config


@pytest.fixture
def app(tmp_path: Path) -> App:
    made = App(load(newsroom(tmp_path), {}), SetClock(NOW))
    made.migrate()
    return made


def client(app: App) -> TestClient:
    return TestClient(
        app.pages.sites()[0].site, base_url="http://127.0.0.1:8000", follow_redirects=False
    )


def mails(folder: Path) -> list[EmailMessage]:
    """What lies in the outbox, oldest first."""
    found = []
    files = (folder / "var" / "outbox").rglob("*.eml")
    for file in sorted(files, key=lambda one: one.stat().st_mtime):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        assert isinstance(mail, EmailMessage)
        found.append(mail)
    return found


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link(mail: EmailMessage, path: str) -> str:
    found = re.search(rf"http://127\.0\.0\.1:\d+(/{path}/\S+)", text(mail))
    assert found, text(mail)
    return found[1]


def join(app: App, email: str = ANN, **fields: str) -> None:
    told = {"email": email, "edition": "daily", **fields}
    assert client(app).post("/join", data=told).status_code == 303


def test_from_form_to_welcome(app: App, tmp_path: Path) -> None:
    join(app, name="Ann Reader")
    app.joined.post(app.parts)
    (mail,) = mails(tmp_path)
    assert mail["to"] == f"Ann Reader <{ANN}>"
    assert mail["auto-submitted"] == "auto-generated"
    assert mail["subject"] == "Please confirm: Daily"
    for header in ("list-id", "list-unsubscribe", "precedence", "feedback-id"):
        assert mail[header] is None
    html = mail.get_body(("html",))
    assert html is not None
    assert "<img" not in html.get_content(), "nothing counts who looks"
    # the latest issue for the welcome
    join(app, "bob@example.org")
    app.joined.post(app.parts)
    assert client(app).post(link(mails(tmp_path)[1], "confirm")).status_code == 200
    app.tick()
    app.newsroom.send_now(app.newsroom.today("daily"))
    issue = [one for one in mails(tmp_path) if one["list-id"]]
    assert [one["to"] for one in issue] == ["bob@example.org"]
    client(app).post(link(mail, "confirm"))
    app.joined.post(app.parts)
    (welcome,) = [
        one for one in mails(tmp_path) if one["subject"] == "Welcome to Daily" and ANN in one["to"]
    ]
    told = text(welcome)
    assert "Every day at 06:00" in told
    for words in ("River towns return", "https://meridian.example/2", "/u/", "/p/", "/v/"):
        assert words in told
    assert welcome["list-unsubscribe"] is None
    assert client(app).get(link(welcome, "v")).status_code == 200
    count = len(mails(tmp_path))
    app.joined.post(app.parts)
    app.tick()
    assert len(mails(tmp_path)) == count, "each once"


def test_a_confirmation_that_comes_back_suppresses(app: App, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'{config.read_text()}[bounces]\nkind = "maildir"\npath = "box"\n')
    app = App(load(config, {}), SetClock(NOW))
    box = Maildir(tmp_path / "box")
    join(app)
    join(app, "bob@example.org")
    app.joined.post(app.parts)
    (mail,) = [one for one in mails(tmp_path) if one["to"] == ANN]
    box.add(dsn(message_id=mail["message-id"].strip("<>"), reader="somebody@example.net"))
    app.listening.look()
    found = [app.people.find(one) for one in (ANN, "bob@example.org")]
    promised = [app.people.why(who).suppressions for who in found if who]
    assert [[(one.reason, one.source) for one in each] for each in promised] == [
        [("bounce", "mailbox, letter, 550 5.1.1")],
        [],
    ]


@pytest.mark.parametrize("tag", SPOKEN)
def test_every_letter_in_every_language(app: App, tmp_path: Path, tag: str) -> None:
    who = app.people.add(
        ANN, consent=Consent(source="f", at=NOW), editions=frozenset({"daily"}), now=NOW, actor="t"
    )
    asking = client(app)
    asking.post("/links", data={"email": ANN})
    app.joined.post(app.parts)
    asking.post(link(mails(tmp_path)[0], "data"), data={"email": "new@example.org"})
    with writing(app.engine) as connection:
        for kind in LetterKind:
            if kind not in {LetterKind.NEW_ADDRESS, LetterKind.OLD_ADDRESS}:
                write_to(
                    connection, who, kind, purpose=kind.value, now=NOW, about="daily", language=tag
                )
    app.joined.post(app.parts)
    found = mails(tmp_path)
    assert len(found) == 1 + 1 + 6
    for mail in found[2:]:
        html = mail.get_body(("html",))
        assert html is not None
        assert f'lang="{tag}"' in html.get_content()
    subjects = {mail["subject"] for mail in found}
    words = language(tag).gettext
    for ours in ("Your links", "Do you still want our newsletters?", "Your newsletters come again"):
        assert words(ours) in subjects


def test_a_letter_is_tried_again_and_never_twice(app: App, tmp_path: Path) -> None:
    """The provider is away, then back; and a sender died in between."""
    mailbox = Mailbox()
    config = tmp_path / "config.toml"
    smtp = (
        'transport = "smtp"\n[sending.smtp]\nhost = "127.0.0.1"\nsecurity = "none"\n'
        f"port = {mailbox.port}\n"
    )
    config.write_text(CONFIG.format(port=8000, sending=smtp))
    keys = {
        "web.public_url": "http://127.0.0.1:8000",
        "web.signing_keys": "k1:" + "ab" * 20,
        "web.pepper": "p" * 40,
    }
    clock = SetClock(NOW)
    app = App(load(config, keys), clock)
    join(app)
    app.joined.post(app.parts)
    with reading(app.engine) as connection:
        assert standing(connection, ["people-1"])["people-1"][0] == "deferred"
    with mailbox:
        app.joined.post(app.parts)
        assert len(mailbox) == 0, "not at once"
        clock = SetClock(NOW + timedelta(minutes=6))
        app = App(load(config, keys), clock)
        app.joined.post(app.parts)
        app.joined.post(app.parts)
        assert mailbox.addresses() == {ANN: 1}
        # somebody claimed the next one and died: it is not sent by us, nor forgotten
        join(app, "bob@example.org")
        with writing(app.engine) as connection:
            claim(connection, "people-2", "people", clock.now())
        app.joined.post(app.parts)
        assert mailbox.addresses() == {ANN: 1}
        app = App(load(config, keys), SetClock(NOW + timedelta(hours=1)))
        app.joined.post(app.parts)
        assert mailbox.addresses() == {ANN: 1}
    postman: Postman = app.joined._postman(app.parts)
    assert not postman.correspondence.due(app.clock.now(), 0, 10, bulk=False)


def test_a_letter_of_an_unknown_kind_waits_and_keeps_no_other(app: App, tmp_path: Path) -> None:
    join(app)
    kind = sa.update(letter_due).values(kind="from a later version")
    with writing(app.engine) as connection:
        connection.execute(kind)
    join(app, "bob@example.org")
    app.joined.post(app.parts)
    assert [one["to"] for one in mails(tmp_path)] == ["bob@example.org"]
    with writing(app.engine) as connection:
        connection.execute(kind.values(kind=LetterKind.CONFIRMATION.value))
    later = App(load(tmp_path / "config.toml", {}), SetClock(NOW + timedelta(minutes=6)))
    later.joined.post(later.parts)
    assert [one["to"] for one in mails(tmp_path)] == ["bob@example.org", ANN]


@pytest.mark.parametrize(
    ("pauses", "told"),
    [
        ({"pause": "week"}, ["Your newsletters come again"]),
        # They ended it themselves, chose another day, or paused for hours only.
        ({"pause": "week", "go_on": "yes"}, []),
        ({"pause": "week", "pause_until": "2026-12-20"}, []),
        ({"pause_until": "2026-11-25"}, []),
    ],
)
def test_who_paused_is_told_once_when_it_ends(
    app: App, tmp_path: Path, pauses: dict[str, str], told: list[str]
) -> None:
    who = app.people.add(
        ANN, consent=Consent(source="f", at=NOW), editions=frozenset({"daily"}), now=NOW, actor="t"
    )
    page = app.people.preferences_path(who, NOW)
    for name, value in pauses.items():
        fields = {name: value} | ({"pause": "until"} if name == "pause_until" else {})
        assert client(app).post(page, data=fields).status_code == 303
    day = timedelta(days=1)
    for at in (NOW, NOW + 6 * day, NOW + 7 * day, NOW + 8 * day):
        later = App(load(tmp_path / "config.toml", {}), SetClock(at))
        later.joined.post(later.parts)
        sent = [one["subject"] for one in mails(tmp_path)]
        assert sent == (told if at >= NOW + 7 * day else [])


def test_who_waits_at_the_screen_goes_before_many(app: App, tmp_path: Path) -> None:
    long_ago = NOW - timedelta(days=1000)
    for n in range(45):
        app.people.add(
            f"{n}@example.org",
            consent=Consent(source="f", at=long_ago),
            editions=frozenset({"daily"}),
            now=long_ago,
            actor="t",
        )
    assert app.joined.permission.ask_again(NOW - timedelta(days=730), NOW) == 45
    join(app)
    app.joined.post(app.parts)
    found = [str(one["to"]) for one in mails(tmp_path)]
    assert found[0] == ANN
    assert sorted(found[1:]) == sorted(f"{n}@example.org" for n in range(45))


def test_repermit_by_command(app: App, tmp_path: Path) -> None:
    long_ago = NOW - timedelta(days=1000)
    app.people.add(
        ANN,
        consent=Consent(source="f", at=long_ago),
        editions=frozenset({"daily"}),
        now=long_ago,
        actor="t",
    )
    folder, now = Folder(tmp_path), NOW.isoformat()
    words = ("subscribers", "repermit", "--older-than", "24m")
    assert folder.json(*words, "--edition", "daily", now=now)["people"] == 1
    app.joined.post(app.parts)
    (stay,) = mails(tmp_path)
    assert (stay["to"], stay["subject"]) == (ANN, "Do you still want our newsletters?")
    # nobody answers
    later = App(load(tmp_path / "config.toml", {}), SetClock(NOW + timedelta(days=60, hours=1)))
    later.joined.post(later.parts)
    assert app.people.active_by_edition() == {}


def test_ones_data_speaks_their_language(app: App) -> None:
    who = app.people.add(
        ANN, consent=Consent(source="f", at=NOW), editions=frozenset({"daily"}), now=NOW, actor="t"
    )
    client(app).post(app.people.preferences_path(who, NOW), data={"language": "fr"})
    page = app.rights.files(who)["data.html"]
    assert '<html lang="fr" dir="ltr">' in page
    for words in ("Ce que vous avez accepté et retiré", "Adresse e-mail", "Rien."):
        assert words in page


@pytest.mark.parametrize("command", ["serve", "run"])
def test_a_confirmation_comes_within_seconds(tmp_path: Path, command: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    newsroom(tmp_path, port=port)
    folder = Folder(tmp_path)
    process = folder.start("--set", f"web.public_url=http://127.0.0.1:{port}", command)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url)
        with Client() as http:
            begun = time.monotonic()
            answer = http.post(f"{url}/join", data={"email": ANN, "edition": "daily"})
            assert answer.status_code == 303
            while not mails(tmp_path):
                assert time.monotonic() < begun + 20, (tmp_path / "digest.log").read_text()
                time.sleep(0.1)
        assert mails(tmp_path)[0]["to"] == ANN
        assert ANN not in (tmp_path / "digest.log").read_text()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) is not None


def _wait(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urlopen(f"{url}/livez"):
                return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
