"""A newsroom with three stories and readers, for what comes after its issue went."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import BytesIO
from pathlib import Path

import sqlalchemy as sa
from starlette.testclient import TestClient

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.model import Issue, StoryId
from digest.store.engine import reading
from digest.store.tables import story
from subscribers import Choice

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
CONFIG = """
[newsroom]
name = "The Meridian"
subscribe_url = "https://meridian.example/subscribe"
[signup]
address_header = "X-Forwarded-For"
[utm]
source = "meridian"
[[sources]]
name = "desk"
kind = "folder"
path = "desk"
[[editions]]
slug = "daily"
name = "Daily"
{more}
  [[editions.sections]]
  take = "latest"
"""
READERS = """email,name,style,language,topics,editions,consent_source
ann@example.org,Ann Reader,full,,,daily,form
bob@example.org,Bob Reader,plain,,,daily,form
jorg@example.org,Jörg Reader,full,es,,daily,form
"""
TITLES = ("Ferry library", "Night trains", "River towns")
TEXTS = (
    "Islanders borrowed novels aboard again once the gangway had been mended.",
    "Sleeping cars rattle across the border after midnight, conductors say.",
    "Mayors along the water agreed on dykes, wells and a common flood siren.",
)
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass(frozen=True, slots=True)
class Room:
    """A newsroom in a folder of its own."""

    app: App
    clock: SetClock

    @property
    def client(self) -> TestClient:
        """A browser of a reader, and of an editor on this machine."""
        site = self.app.pages.sites()[0].site
        return TestClient(
            site,
            base_url="http://127.0.0.1:8000",
            headers={"User-Agent": PERSON},
            follow_redirects=False,
            client=("127.0.0.1", 50000),
        )

    def send(self) -> Issue:
        """Send today's issue."""
        self.app.tick()
        return self.app.newsroom.send_now(self.app.newsroom.today("daily"))

    def mails(self, issue: Issue) -> dict[str, EmailMessage]:
        """First name → the mail of an issue in the outbox."""
        found = {}
        for file in self.app.settings.sending.outbox.rglob("*.eml"):
            mail = message_from_bytes(file.read_bytes(), policy=default)
            assert isinstance(mail, EmailMessage)
            if str(mail["Message-ID"]).startswith("<") and str(mail["Feedback-ID"]).startswith(
                f"{issue.id}:"
            ):
                found[str(mail["To"]).partition(" ")[0]] = mail
        return found

    def story(self, title: str) -> StoryId:
        """The number of the story with this title."""
        with reading(self.app.engine) as connection:
            query = sa.select(story.c.id).where(story.c.headline.startswith(title))
            return StoryId(connection.execute(query).scalar_one())

    def agree(self, address: str, *, clicks: bool = True) -> int:
        """Have a reader say whether their clicks may be kept; returns their number."""
        people, now = self.app.people, self.clock.now()
        who = people.find(address)
        assert who is not None
        token = people.preferences_path(who, now).removeprefix("/p/")
        people.set_preferences(token, Choice(measure_clicks=clicks), now)
        return who


def furnish(path: Path, more: str = "", readers: str = READERS, url: str = "") -> Room:
    """A newsroom whose stories are gathered. ``more`` is said of its edition."""
    (path / "desk").mkdir()
    for number, name in enumerate(TITLES):
        write(path, number, f"{name} return to the north")
    (path / "config.toml").write_text(CONFIG.format(more=more))
    given = {"database.url": url} if url else {}
    clock = SetClock(NOW)
    app = App(load(path / "config.toml", given), clock)
    app.migrate()
    app.people.import_csv(BytesIO(readers.encode()), now=NOW, actor="test")
    return Room(app, clock)


def write(path: Path, number: int, title: str) -> None:
    """Put a story on the desk."""
    (path / "desk" / f"{number}.md").write_text(
        f"---\ntitle: '{title}'\nurl: https://meridian.example/{number}\n"
        f"date: 2026-11-24T0{number + 1}:00:00Z\n---\n{TEXTS[number % 3]}\n"
    )


def body(mail: EmailMessage, kind: str) -> str:
    """One part of a mail."""
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def links(mail: EmailMessage, kind: str = "plain") -> list[str]:
    """The paths of counted links in a mail, in order."""
    return re.findall(r"http://127\.0\.0\.1:8000(/c/[^\s\"<]+)", body(mail, kind))
