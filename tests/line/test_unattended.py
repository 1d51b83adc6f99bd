"""The main job with nobody at the keyboard: a real WordPress, real feeds, a real SMTP server."""

import re
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.line.mailbox import Mailbox
from tests.line.newsroom import Folder, csv
from tests.parts import SHARED_DATA
from tests.sources.wordpress_site import WordPressSite
from tests.warm import Started

READERS = 1000
FEEDS = 20
AFRICA = ["Lagos opens a second port", "Ghana plants ten million trees", "Nairobi swaps its buses"]
EUROPE = ["Lisbon rations its water", "Warsaw finds a lost map", "Oslo bans petrol boats"]
MONEY = ["A bank for beekeepers", "Grain prices fall for a third month"]
PICK = "What we learned from a year of floods"


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing."""


@pytest.fixture(scope="module")
def feeds() -> Iterator[list[str]]:
    """Real feeds, served on loopback."""
    folder = SHARED_DATA / "feeds" / "real"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    names = sorted(file.name for file in folder.iterdir() if file.stat().st_size < 300_000)
    yield [f"http://127.0.0.1:{server.server_port}/{name}" for name in names[:FEEDS]]
    server.shutdown()
    server.server_close()


def settings(site: str, feeds: list[str], smtp: int, at: datetime) -> str:
    """What a newsroom writes into config.toml after ``digest init``."""
    sources = "".join(
        f'[[sources]]\nname = "wire-{number}"\nkind = "feed"\nurl = "{url}"\n'
        for number, url in enumerate(feeds)
    )
    return f"""
[newsroom]
name = "The Loopback Times"
postal_address = "1 Home Street, Here"
[web]
port = 0
public_url = "http://127.0.0.1:8000"
[preflight]
live_hosts = ["127.0.0.1"]
[sending]
transport = "smtp"
from = "The Loopback Times <digest@example.org>"
reply_to = "editors@example.org"
[sending.smtp]
host = "127.0.0.1"
port = {smtp}
security = "none"
[gather]
allow_private = ["127.0.0.0/8"]
[[sources]]
name = "site"
kind = "wordpress"
url = "{site}"
pick_tags = ["editors-pick"]
{sources}
[[editions]]
slug = "daily"
name = "Daily"
time = "{at:%H:%M}"
zone = "UTC"
lock_minutes = 0
  [[editions.sections]]
  take = "picks"
  [[editions.sections]]
  take = "region"
  region = "each"
  maximum = 5
  [[editions.sections]]
  take = "topic"
  topic = "business"
  [[editions.sections]]
  title = "For supporters"
  take = "latest"
  maximum = 3
  segments = ["supporters"]
[[segments]]
name = "africa"
filter = {{ region = "africa" }}
[[segments]]
name = "europe"
filter = {{ region = "europe" }}
[[segments]]
name = "money"
filter = {{ all = [{{ topic = "business" }}, {{ language = "en" }}] }}
[[segments]]
name = "supporters"
filter = {{ tag = "supporter" }}
[regions.rules]
"World > Africa" = "africa"
"World > Europe" = "europe"
[topics.rules]
"Business" = "business"
"""


def readers() -> str:
    """A thousand subscribers: a quarter each for Africa, Europe, business, and everything."""
    regions = ("africa", "europe", "", "")
    return csv(
        (
            f"r{number}@example.org",
            f"Reader {number}",
            "en",
            regions[number % 4],
            "business" if number % 4 == 2 else "",
            "daily",
            "supporter" if number % 10 == 3 else "",
            "web form",
            "2026-01-15",
        )
        for number in range(READERS)
    )


def publish(site: WordPressSite, titles: list[str], *categories: str, hours: float = 1) -> None:
    """Publish posts of an hour ago."""
    for number, title in enumerate(titles):
        date = datetime.now(UTC) - timedelta(hours=hours, minutes=number)
        site.publish(
            title=title, content=f"<p>{title}, in full.</p>", categories=categories, date=date
        )


def wait(process: Started, inbox: Mailbox, count: int, seconds: float) -> None:
    """Until so many messages came."""
    end = time.monotonic() + seconds
    while len(inbox) < count and time.monotonic() < end:
        assert process.poll() is None, "digest run ended by itself"
        time.sleep(0.2)


def stop(process: Started) -> None:
    """End a run as systemd would."""
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


@pytest.mark.part("wordpress")
@pytest.mark.part("shared-data")
@pytest.mark.timeout(420)
def test_a_day_and_the_next(tmp_path: Path, feeds: list[str]) -> None:
    folder = Folder(tmp_path / "newsroom")
    folder.path.mkdir()
    with WordPressSite() as site, Mailbox() as inbox:
        publish(site, AFRICA, "World > Africa")
        publish(site, EUROPE, "World > Europe")
        publish(site, MONEY, "Business")
        publish(site, ["Last year's news from Chad"], "World > Africa", hours=24 * 300)
        site.publish(title=PICK, tags=["editors-pick"], content="<p>Much.</p>")
        at = set_up(folder, site, feeds, inbox)
        the_day(folder, inbox)
        a_restart(folder, inbox)
        the_next_day(folder, site, inbox, at + timedelta(days=1))


def set_up(folder: Folder, site: WordPressSite, feeds: list[str], inbox: Mailbox) -> datetime:
    """What the newsroom's developer does; returns when the issue is due."""
    folder.run("init")
    # A config file knows minutes: the next one that leaves time to get here.
    at = (datetime.now(UTC) + timedelta(seconds=75)).replace(second=0, microsecond=0)
    (folder.path / "config.toml").write_text(settings(site.url, feeds, inbox.port, at))
    (folder.path / "readers.csv").write_text(readers())
    assert folder.json("subscribers", "import", "readers.csv")["added"] == READERS
    return at


def the_day(folder: Folder, inbox: Mailbox) -> None:
    """One message for each reader, by region and topic; no old news."""
    process = folder.start("run", "--every", "2")
    wait(process, inbox, READERS, 240)
    time.sleep(5)
    stop(process)
    log = (folder.path / "digest.log").read_text()
    assert inbox.addresses() == {f"r{number}@example.org": 1 for number in range(READERS)}, log
    texts = inbox.texts()
    africa, europe, money, everything = (texts[f"r{n}@example.org"] for n in range(4))
    assert all(title in africa for title in [*AFRICA, PICK])
    assert not any(title in africa for title in [*EUROPE, *MONEY])
    assert all(title in europe for title in [*EUROPE, PICK])
    assert all(title in money for title in [*MONEY, PICK])
    assert all(title in everything for title in [*AFRICA, *EUROPE, *MONEY, PICK])
    assert not any("Last year's news" in text for text in texts.values())
    for address, data in inbox.raw().items():
        whole_on_the_wire(address, data)
    inbox.clear()


def whole_on_the_wire(address: str, data: bytes) -> None:
    """RFC 5322 lines, RFC 8058 headers as raw bytes, both parts, nobody else's links."""
    head, _, body = data.partition(b"\r\n\r\n")
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert data.count(b"\n") == data.count(b"\r\n")
    unsubscribe = re.findall(rb"(?im)^List-Unsubscribe: (.*)\r$", head + b"\r\n")
    assert len(unsubscribe) == 1
    assert re.fullmatch(rb"<http://127\.0\.0\.1:8000/u/[A-Za-z0-9_-]{22}>", unsubscribe[0])
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    mail = message_from_bytes(data, policy=default)
    assert mail["To"].addresses[0].addr_spec == address
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    leave = unsubscribe[0].strip(b"<>").decode()
    for part in mail.iter_parts():
        assert part["Content-Transfer-Encoding"] in {"quoted-printable", "base64"}
        assert leave in part.get_content()
    assert body


def a_restart(folder: Folder, inbox: Mailbox) -> None:
    """Sends nothing again."""
    process = folder.start("run", "--every", "1")
    time.sleep(8)
    stop(process)
    assert len(inbox) == 0


def the_next_day(folder: Folder, site: WordPressSite, inbox: Mailbox, at: datetime) -> None:
    """Only new stories, once."""
    africa, europe = "Kampala paves the lake road", "Prague moves its clock"
    publish(site, [africa], "World > Africa", hours=0)
    publish(site, [europe], "World > Europe", hours=0)
    folder.run("run", "--once", now=at.isoformat())
    folder.run("run", "--once", now=at.isoformat())
    assert set(inbox.addresses().values()) == {1}
    for text in inbox.texts().values():
        assert africa in text or europe in text
        assert not any(title in text for title in [*AFRICA, *EUROPE, *MONEY, PICK])
    assert africa in inbox.texts()["r0@example.org"]
    assert europe not in inbox.texts()["r0@example.org"]
