"""A mail scanner follows every link of every message and changes nothing; addresses stay inside.

The suite sends a hundred messages of a real issue; ``make fuzz`` a thousand.
"""

import os
import re
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

from digest.app import App
from digest.clock import SystemClock
from digest.config import load
from subscribers.tables import metadata
from tests.browser import Browser
from tests.deliver.servers import sendgrid_api
from tests.line.newsroom import Folder, csv
from tests.trust.one_click import DATABASE, EDITION
from tests.trust.serving import sample, served

READERS = 1000 if "DIGEST_FUZZ" in os.environ else 100
#: in every address, and nowhere else
PRIVATE = "zzprivate"
LINK = re.compile(r"https?://127\.0\.0\.1[^\s\"'<>)]*")


@dataclass(frozen=True, slots=True)
class Sent:
    """A newsroom whose issue went out."""

    folder: Folder
    #: every distinct path that a message links to
    links: frozenset[str]
    messages: int
    #: all that the commands said
    said: str


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """The sample newsroom's issue, sent into the outbox."""
    folder = sample(tmp_path_factory.mktemp("scanned"))
    rows = (
        (f"{PRIVATE}{one}@{PRIVATE}-{one}.example.org", "", "", "", "", EDITION, "", "form", "")
        for one in range(READERS)
    )
    (folder.path / "people.csv").write_text(csv(rows))
    brought = folder.run("subscribers", "import", "people.csv")
    ran = folder.run("--verbose", "demo")
    files = sorted((folder.path / "var/outbox").rglob("*.eml"))
    links: set[str] = set()
    for file in files:
        mail = message_from_bytes(file.read_bytes(), policy=default)
        texts = [str(mail["list-unsubscribe"])]
        texts += [
            part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"
        ]
        links |= {unescape(one) for text in texts for one in LINK.findall(text)}
    said = brought.stdout + brought.stderr + ran.stdout + ran.stderr
    paths = {one.partition("127.0.0.1")[2].partition("/")[2] for one in links}
    return Sent(folder, frozenset(f"/{one}" for one in paths), len(files), said)


def people_in(folder: Folder) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of ``subscribers``."""
    connection = sqlite3.connect(f"file:{folder.path / DATABASE}?mode=ro", uri=True)
    found = {
        name: connection.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall()
        for name in metadata.tables
    }
    connection.close()
    return found


def kinds(links: frozenset[str]) -> Iterator[str]:
    """One link of each kind of path."""
    seen = set()
    for link in sorted(links):
        kind = urlsplit(link).path.split("/")[1]
        if kind not in seen:
            seen.add(kind)
            yield link


@pytest.mark.timeout(600)
@pytest.mark.part("chromium")
def test_following_every_link_changes_nothing(sent: Sent, tmp_path: Path) -> None:
    assert sent.messages >= READERS
    own = [one for one in sorted(sent.links) if one.startswith(("/u/", "/p/", "/v/"))]
    assert len(own) >= 2 * READERS, "each reader's own links are among them"
    with served(sent.folder) as url:
        before = people_in(sent.folder)
        assert len(before["subscription"]) >= READERS
        with httpx2.Client(base_url=url, trust_env=False, timeout=30) as client:
            for link in own:
                for method in ("HEAD", "GET"):
                    answer = client.request(method, link, follow_redirects=True)
                    assert answer.status_code in {200, 405}, (method, link.split("/")[1])
                    assert PRIVATE not in str(answer.url) + str(answer.headers)
        with Browser(tmp_path / "profile") as browser:
            for link in kinds(frozenset(own)):
                browser.open(f"{url}{link}", seconds=1)
        assert people_in(sent.folder) == before


def test_no_address_leaves_its_place(sent: Sent) -> None:
    folder = sent.folder.path
    assert not [one for one in sent.links if PRIVATE in one]
    assert PRIVATE not in sent.said
    log = folder / "digest.log"
    assert not log.exists() or PRIVATE not in log.read_text()
    named = [one for one in folder.rglob("*") if PRIVATE in str(one.relative_to(folder))]
    assert named == []
    connection = sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    ours = sorted({name for (name,) in tables} - metadata.tables.keys())
    assert {"delivery", "delivery_event", "message"} & set(ours)
    holding = [
        name
        for name in ours
        if PRIVATE in repr(connection.execute(f'SELECT * FROM "{name}"').fetchall())
    ]
    connection.close()
    assert holding == []
    # and of those that may, only these do
    people = people_in(sent.folder)
    assert {name for name, rows in people.items() if PRIVATE in repr(rows)} == {"subscriber"}


def test_the_server_logs_no_address(sent: Sent) -> None:
    mine = {"email": f"{PRIVATE}0@{PRIVATE}-0.example.org", "edition": EDITION}
    own = next(one for one in sorted(sent.links) if one.startswith("/p/"))
    with (
        served(sent.folder) as url,
        httpx2.Client(base_url=url, trust_env=False, timeout=30) as client,
    ):
        answers = [
            client.post("/join", data=mine),
            client.post("/join", data={**mine, "edition": "none"}),
            client.post("/join", json={"email": mine["email"], "editions": [EDITION]}),
            client.post("/links", data=mine),
            client.post(own, data={"link": "yes"}, headers={"Origin": url}),
            client.get(f"/p/{mine['email']}"),
            client.post("/hooks/sendgrid", json=[mine]),
        ]
        assert [one.status_code for one in answers] == [303, 400, 202, 303, 303, 404, 404]
        assert not [one for one in answers if PRIVATE in str(one.headers)]
        log, deadline = sent.folder.path / "digest.log", time.monotonic() + 60
        while "letter_sent" not in log.read_text():
            assert time.monotonic() < deadline, "no letter went"
            time.sleep(0.1)
    assert PRIVATE not in log.read_text()


def test_sendgrid_is_told_the_address_as_such_alone(tmp_path: Path) -> None:
    folder = sample(tmp_path)
    with sendgrid_api() as api:
        way = {
            "sending.transport": "sendgrid",
            "sending.sendgrid.host": api.host,
            "sending.sendgrid.api_key": "SG.x",
            "web.signing_keys": "k1:" + "ab" * 20,
            "web.pepper": "p" * 40,
        }
        app = App(load(folder.path / "config.toml", way), SystemClock())
        app.migrate()
        address = f"{PRIVATE}@example.org"
        form = {"email": address, "edition": EDITION}
        pages = TestClient(app.pages.sites()[0].site, base_url="http://127.0.0.1:8000")
        assert pages.post("/join", data=form, follow_redirects=False).status_code == 303
        app.joined.post(app.parts)
        app.engine.dispose()
    (body,) = api.accepted
    (one,) = body["personalizations"]
    assert one.pop("to") == [{"email": address}]
    assert one["custom_args"] == {"dg_delivery": "people-1"}
    assert PRIVATE not in repr(body)


def test_what_is_written_to_disk_beside_the_outbox_and_people_holds_none(sent: Sent) -> None:
    folder = sent.folder.path
    told = {"people.csv", "var/outbox", "var/digest.sqlite3"}
    holding = [
        str(one.relative_to(folder))
        for one in folder.rglob("*")
        if one.is_file()
        and not str(one.relative_to(folder)).startswith(tuple(told))
        and PRIVATE.encode() in one.read_bytes()
    ]
    assert holding == []
