"""A newsroom that runs: sites it reads, a desk in a browser, a scheduler, a worker, a mail server.

All of it is real and on loopback; only the clock stands where a test sets it.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pyotp
import pytest

from digest import daily
from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.model import Issue
from digest.people.roles import Grant, Role
from digest.staff.house import COMMAND_LINE
from tests.browser import Browser
from tests.desk.conftest import PASSWORD, secret
from tests.desk.pictures import served
from tests.line.mailbox import Mailbox
from tests.line.newsroom import csv
from tests.sources.origin import Origin
from tests.sources.test_wordpress_rest import Site, post

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
READERS = {"mia@mail.example": "Mia", "noah@mail.example": "Noah"}
CONFIG = """
[newsroom]
name = "The Northam Post"
postal_address = "1 Mill Lane, Northam"
[web]
public_url = "http://127.0.0.1:8000"
signing_keys = "one:0123456789abcdef0123456789abcdef"
pepper = "0123456789abcdef0123456789abcdef"
[preflight]
live_hosts = ["127.0.0.1"]
[gather]
allow_private = ["127.0.0.0/8"]
[sending]
transport = "smtp"
from = "The Northam Post <digest@example.org>"
reply_to = "editors@example.org"
undo_minutes = 5
[sending.smtp]
host = "127.0.0.1"
port = {smtp}
security = "none"
[[sources]]
name = "paper"
kind = "wordpress"
url = "{paper}"
[[sources]]
name = "wire"
kind = "feed"
url = "{wire}/feed/"
"""
EDITION = """
[[editions]]
slug = "{slug}"
name = "{name}"
time = "{time}"
zone = "UTC"
sources = ["{source}"]
approval = "required"
last_look = "{withdrawn}"
note = "Good morning. Two of these are worth a second cup."
  [[editions.sections]]
  take = "picks"
  title = "Top"
  maximum = 2
  [[editions.sections]]
  take = "latest"
  title = "Latest"
  maximum = 4
"""
EDITIONS = (
    ("morning", "Morning", "06:30", "paper"),
    ("noon", "Noon", "12:00", "paper"),
    ("evening", "Evening", "18:00", "paper"),
    ("night", "Night", "21:00", "wire"),
    ("late", "Late", "22:00", "wire"),
)
HEADLINES = (
    "Night trains return to the north",
    "Harbour pilots learn from gulls",
    "A library opens its cellar",
    "Beekeepers count the winter’s losses",
    "The bridge that sings is tuned again",
    "Tram drivers vote on the night shift",
    "Glass houses feed a mining town",
    "An orchard is planted on a landfill",
)


@dataclass(frozen=True)
class Newsroom:
    """All of it. ``site`` holds the paper's posts; ``wire`` answers as a test says."""

    app: App
    clock: SetClock
    site: Site
    wire: Origin
    inbox: Mailbox
    url: str
    browser: Browser

    def issue(self, edition: str) -> Issue:
        """An edition's issue of the day."""
        found = self.app.newsroom.issues(50)
        (one,) = (one for one in found if one.edition == edition and one.local_date == START.date())
        return one

    def editor(self, name: str, *roles: Role) -> "Editor":
        """Somebody with these roles and a password and an app, in a browser tab of their own."""
        email = f"{name.lower()}@paper.example"
        people = self.app.accounts.people
        token = people.invite(name, email, map(Grant, roles), COMMAND_LINE)
        one = Editor(self, name, email, self.browser.person())
        with one.at_work():
            one.visit(f"/desk/welcome/{token}")
            one.fill(password=PASSWORD)
            one.press("main form button")
            (account,) = (each for each in people.every() if each.person.name == name)
            one.app_secret = secret(self.app.accounts.house, account.person.id)
            one.fill(code=one.code())
            one.press("main form button")
            assert one.text("h1") == "Codes for a lost phone"
        return one


@dataclass
class Editor:
    """A person at the desk, and what they do there with hands and eyes."""

    room: Newsroom
    name: str
    email: str
    tab: str
    app_secret: str = ""
    _used: set[str] = field(default_factory=set)

    @contextmanager
    def at_work(self) -> Iterator["Editor"]:
        """Their tab is the one in front."""
        self.room.browser.turn_to(self.tab)
        yield self

    def code(self) -> str:
        """What their app shows; each code counts once, so the clock may have to move on."""
        app = pyotp.TOTP(self.app_secret)
        while (code := app.at(self.room.clock.at)) in self._used:
            self.room.clock.at += timedelta(seconds=30)
        self._used.add(code)
        return code

    def visit(self, path: str, *, width: int = 1280) -> None:
        self.room.browser.visit(f"{self.room.url}{path}", width=width)

    def run(self, script: str) -> Any:
        return self.room.browser.evaluate(script)

    def text(self, selector: str) -> str:
        """What stands there, as a person reads it."""
        found = self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")
        return " ".join(str(found).split())

    def until(self, script: str, wanted: object = True, *, seconds: float = 20) -> None:
        """Wait for what a script in the page comes to."""
        end, seen = time.monotonic() + seconds, None
        while time.monotonic() < end:
            # What is asked of a page that is going may never be answered.
            with suppress(TimeoutError):
                seen = self.room.browser.evaluate(script, seconds=3)
                if seen == wanted:
                    return
            time.sleep(0.05)
        pytest.fail(f"{script} is {seen!r}, not {wanted!r}: {self.text('main')[:600]}")

    def fill(self, **fields: str) -> None:
        """Type into fields of the page."""
        for name, value in fields.items():
            self.run(f"document.querySelector('main form [name={json.dumps(name)}]').focus()")
            self.room.browser.type(value)

    def press(self, selector: str) -> None:
        """Click with the mouse, and wait for what comes instead of the page."""
        self.changes(lambda: self.room.browser.click(selector))

    def changes(self, work: Callable[[], None]) -> None:
        """Do what brings another page, or another content of this one, and wait for it."""
        self.run("document.querySelector('main').dataset.seen = 'yes'")
        work()
        self.until(
            "document.readyState == 'complete' && !!document.querySelector('main') "
            "&& !document.querySelector('main').dataset.seen"
        )

    def prove(self) -> None:
        """Where the desk asks who sits there: a code of their app."""
        if self.text("h1") == "Is it you?":
            self.fill(_code=self.code())
            self.press("main form button")

    def fetched(self, path: str) -> str:
        """What the desk answers to this browser."""
        return str(self.run(f"fetch({json.dumps(path)}).then(one => one.text())"))


def eventually(what: Callable[[], Any], wanted: object, *, seconds: float = 30) -> None:
    """Wait until what a newsroom does by itself has come about."""
    end = time.monotonic() + seconds
    while (seen := what()) != wanted:
        assert time.monotonic() < end, f"{seen!r}, not {wanted!r}"
        time.sleep(0.05)


def feed(wire: Origin, headlines: tuple[str, ...]) -> None:
    """Have the wire bring these, each with a page of its own."""
    items = "".join(
        f"<item><title>{one}</title><link>{wire.url}/{number}/</link><guid>{number}</guid>"
        f"<description>{one}, as our correspondent saw it.</description>"
        f"<pubDate>Tue, 24 Nov 2026 0{number % 3}:{number}0:00 GMT</pubDate></item>"
        for number, one in enumerate(headlines, 1)
    )
    told = f"<rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>"
    for number in range(1, len(headlines) + 1):
        wire.gives(f"/{number}/", b"<title>here</title>")
    wire.gives("/feed/", told.encode(), Content_Type="application/rss+xml")


def posts(origin: Origin) -> list[dict[str, Any]]:
    """What the paper has published since last night."""
    return [
        post(
            number,
            title={"rendered": headline},
            excerpt={"rendered": f"<p>{headline}: what it means.</p>", "protected": False},
            content={"rendered": f"<p>{headline}, in full.</p>", "protected": False},
            link=f"{origin.url}/story-{number}/",
            guid={"rendered": f"{origin.url}/?p={number}"},
            date_gmt=(START - timedelta(minutes=30 * number)).strftime("%Y-%m-%dT%H:%M:%S"),
            sticky=number == 1,
        )
        for number, headline in enumerate(HEADLINES, 1)
    ]


@contextmanager
def newsroom(folder: Path) -> Iterator[Newsroom]:
    """One that runs until the block ends."""
    with Origin() as paper, Origin() as wire, Mailbox() as inbox:
        site = Site(paper, [])
        site.posts = posts(paper)
        feed(wire, tuple(f"{one}, says the wire" for one in HEADLINES[:7]))
        editions = "".join(
            EDITION.format(
                slug=slug,
                name=name,
                time=at,
                source=source,
                withdrawn="hold" if slug == "late" else "replace",
            )
            for slug, name, at, source in EDITIONS
        )
        told = CONFIG.format(smtp=inbox.port, paper=paper.url, wire=wire.url)
        (folder / "config.toml").write_text(told + editions)
        clock = SetClock(START)
        app = App(load(folder / "config.toml", {}), clock)
        app.migrate()
        slugs = ";".join(slug for slug, *_ in EDITIONS)
        rows = [
            (address, name, "en", "", "", slugs, "", "form", "2026-01-15")
            for address, name in READERS.items()
        ]
        app.people.import_csv(BytesIO(csv(rows).encode()), now=START, actor="test")
        with (
            served(app) as url,
            daily.ticking(app, 1),
            daily.posting(app),
            daily.working(app),
            Browser(folder / "profile") as browser,
        ):
            yield Newsroom(app, clock, site, wire, inbox, url, browser)
        app.engine.dispose()
