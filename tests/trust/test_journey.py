"""One reader's whole way through a real browser, with scripts and without, and the mail that comes.

Sign up, confirm, choose, get the issue that was foretold, pause, go on, leave, undo, be erased.
"""

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from digest import bundled, sample
from digest.app import App
from digest.clock import SetClock
from digest.config import load
from subscribers import Consent, SuppressedError
from tests.browser import Browser

pytestmark = pytest.mark.part("chromium")

START = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
EDITION = "morning"
HEADLINES = "[...document.querySelectorAll('#next li span')].map(one => one.textContent)"


@dataclass(frozen=True)
class Reader:
    """Somebody at a browser, with a mailbox that is the newsroom's outbox."""

    app: App
    clock: SetClock
    url: str
    browser: Browser
    outbox: Path
    address: str

    def visit(self, path: str) -> None:
        self.browser.visit(f"{self.url}{path}")

    def run(self, script: str) -> Any:
        return self.browser.evaluate(script)

    def press(self, button: str) -> None:
        """Press a button that leads to another page, and wait for that."""
        self.run("window.here = 1")
        self.run(f"document.querySelector({button!r}).click()")
        for _ in range(100):
            if self.run("!window.here && document.readyState === 'complete'"):
                return
            time.sleep(0.1)
        pytest.fail(f"{button} leads nowhere")

    def heading(self) -> str:
        return str(self.run("document.querySelector('h1').textContent"))

    def mails(self) -> list[EmailMessage]:
        """What was sent to them, oldest first."""
        found = []
        for file in sorted(self.outbox.rglob("*.eml"), key=lambda one: one.stat().st_mtime):
            mail = message_from_bytes(file.read_bytes(), policy=default)
            assert isinstance(mail, EmailMessage)
            if mail["to"].addresses[0].addr_spec == self.address:
                found.append(mail)
        return found

    def post(self) -> EmailMessage:
        """Have letters sent; the newest."""
        self.app.joined.post(self.app.parts)
        return self.mails()[-1]

    def later(self, **much: float) -> None:
        self.clock.at += timedelta(**much)


def link(mail: EmailMessage, path: str) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(rf"http://127\.0\.0\.1:\d+(/{path}/\S+)", body.get_content())
    assert found, body.get_content()
    return found[1]


@pytest.fixture(params=["with-scripts", "without"])
def reader(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Reader]:
    shutil.copy(bundled.sample_config(), tmp_path / "config.toml")
    clock = SetClock(START)
    app = App(load(tmp_path / "config.toml"), clock)
    app.migrate()
    sample.write(tmp_path / "var/sample", START, "http://127.0.0.1:8000/sample")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        config = uvicorn.Config(app.pages.sites()[0].site, log_level="critical")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            with Browser(tmp_path / "profile") as browser:
                browser.scripts(run=request.param == "with-scripts")
                url = f"http://127.0.0.1:{listening.getsockname()[1]}"
                outbox = app.settings.sending.outbox
                yield Reader(app, clock, url, browser, outbox, f"{request.param}@example.org")
        finally:
            server.should_exit = True
            thread.join(20)
            app.engine.dispose()


def test_from_signing_up_to_being_erased(reader: Reader) -> None:
    sign_up_and_confirm(reader)
    page = link(reader.post(), "p")
    choose(reader, page)
    pause_and_go_on(reader, page)
    leave_and_undo(reader, page)
    be_erased(reader, page)


def sign_up_and_confirm(reader: Reader) -> None:
    reader.visit("/join")
    reader.later(minutes=1)
    for box in ("edition", "email"):
        assert reader.run(f"!!document.querySelector('[name={box}]')")
    reader.run(f"document.querySelector('#join [name=edition][value={EDITION}]').checked = true")
    reader.run(f"document.querySelector('#join [name=email]').value = '{reader.address}'")
    reader.press("#join button")
    assert not reader.app.people.active_by_edition(), "nobody gets anything for having asked"
    confirm = link(reader.post(), "confirm")
    reader.visit(confirm)
    assert not reader.app.people.active_by_edition(), "a look confirms nothing"
    reader.press("main form button")
    assert reader.heading() == "Done"
    assert reader.app.people.active_by_edition() == {EDITION: 1}


def choose(reader: Reader, page: str) -> None:
    """What they choose changes what is foretold, and what is foretold is what comes."""
    reader.app.tick(sending=False)
    reader.visit(page)
    before = reader.run(HEADLINES)
    assert len(before) > 1
    who = reader.app.people.find(reader.address)
    assert who is not None
    reader.run("document.querySelector('[name=topic][value=health]').click()")
    if reader.run("document.getElementById('save').hidden"):
        for _ in range(100):
            if reader.app.people.reader(who, ()).topics:
                break
            time.sleep(0.1)
    else:
        reader.press("#save button")
    assert reader.app.people.reader(who, ()).topics == {"health"}
    reader.visit(page)
    foretold = reader.run(HEADLINES)
    assert foretold != before
    issue, _ = reader.app.newsroom.next_days(EDITION)
    reader.clock.at = issue.scheduled_at + timedelta(minutes=1)
    reader.app.tick()
    mail = reader.mails()[-1]
    body = mail.get_body(("plain",))
    assert body is not None
    text = " ".join(body.get_content().split())
    assert foretold
    assert all(" ".join(one.split()) in text for one in foretold), (foretold, text)
    assert not [one for one in before if one not in foretold and one in text]


def pause_and_go_on(reader: Reader, page: str) -> None:
    sent = len(reader.mails())
    reader.visit(page)
    reader.press("[name=pause][value=week]")
    reader.later(days=1)
    reader.app.tick()
    assert len(reader.mails()) == sent, "nothing comes in a pause"
    reader.visit(page)
    reader.press("[name=go_on]")
    assert not reader.run("!!document.querySelector('[name=go_on]')")


def leave_and_undo(reader: Reader, page: str) -> None:
    reader.visit(page)
    reader.press("[name=leave_all]")
    assert reader.app.people.active_by_edition() == {}
    reader.press("#left button")
    assert reader.app.people.active_by_edition() == {EDITION: 1}


def be_erased(reader: Reader, page: str) -> None:
    reader.visit(page)
    reader.press("[name=link]")
    data = link(reader.post(), "data")
    reader.visit(data)
    reader.run("document.querySelector('[name=sure]').click()")
    reader.press("[name=do][value=erase]")
    assert reader.heading() == "Your data is erased"
    assert reader.app.people.find(reader.address) is None
    assert reader.mails() == [], "their mail is gone from the outbox"
    with pytest.raises(SuppressedError):
        reader.app.people.add(
            reader.address,
            consent=Consent(source="an old list", at=reader.clock.at),
            editions=frozenset({EDITION}),
            now=reader.clock.at,
            actor="tests",
        )
