"""A newsroom whose issues wait for people: a desk of files, a folder of templates of its own."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path

import pytest

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.model import Issue, Look, StoredStory, StoryId
from tests.line.newsroom import csv

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
REVIEW, LOCK, SEND_BY = DUE - 70 * MINUTE, DUE - 10 * MINUTE, DUE + 90 * MINUTE
ADA, BEN = "Ada Lane <ada@example.org>", "Ben Roe <ben@example.org>"

CONFIG = """
templates = "mine"
[newsroom]
postal_address = "1 Mill Lane, Northam"
[sending]
from = "The Northam Post <digest@example.org>"
[alerts]
to = ["night@example.org"]
[[sources]]
name = "desk"
kind = "folder"
path = "desk"
[[editions]]
slug = "daily"
name = "Daily"
{edition}
  [[editions.sections]]
  take = "latest"
  maximum = 3
"""
REQUIRED = f'approval = "required"\nreview_to = ["{ADA}", "{BEN}"]'
LINK = re.compile(r"https?://[^\s\"<>]*(/desk/review/[^\s\"<>#]+)")


@dataclass(slots=True)
class Site:
    """What stories' sites answer at the last look, by headline; silent unless told."""

    answers: dict[str, Look] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, stories: Sequence[StoredStory]) -> Mapping[StoryId, Look]:
        """As ``digest.sources.look.Looker``."""
        self.asked += [one.story.headline for one in stories]
        if not self.answers:
            return {}
        return {one.id: self.answers.get(one.story.headline, Look.THERE) for one in stories}


class Room:
    """The newsroom, on a day with five stories."""

    def __init__(self, folder: Path, database: str, edition: str) -> None:
        self.folder, self.site = folder, Site()
        for name in ("desk", "mine"):
            (folder / name).mkdir()
        (folder / "config.toml").write_text(CONFIG.format(edition=edition))
        self._told = {"database.url": database} if database else {}
        self.app = self.another()
        rows = [(f"{who}@example.org", who, "en", "", "", "daily", "", "form", "") for who in "xy"]
        self.app.people.import_csv(BytesIO(csv(rows).encode()), now=START, actor="test")
        for number in range(1, 6):
            self.publish(f"Story {number}", hour=number * 0.2)

    def another(self) -> App:
        """Another process over the same database."""
        app = App(load(self.folder / "config.toml", self._told), SetClock(START))
        app.migrate()
        app.parts = replace(app.parts, look=self.site)
        return app

    def publish(self, title: str, *, hour: float = 0) -> None:
        """A story of the desk, so many hours before the start."""
        at, url = START - timedelta(hours=hour), f"https://example.org/{title.replace(' ', '-')}/"
        (self.folder / "desk" / f"{title}.md").write_text(
            f"---\ntitle: {title}\ndate: {at.isoformat()}\nurl: {url}\n---\n\nWords of {title}.\n"
        )

    def brand(self, words: str) -> None:
        """Change the template that every mail is made by."""
        (self.folder / "mine/partials").mkdir(exist_ok=True)
        bundled = Path(__file__).parents[2] / "templates/email/partials/footer.txt"
        (self.folder / "mine/partials/footer.txt").write_text(f"{words}\n{bundled.read_text()}")

    def at(self, moment: datetime, app: App | None = None) -> Issue:
        """Set the clock and let the scheduler look at it; returns the day's issue."""
        app = app or self.app
        assert isinstance(app.clock, SetClock)
        app.clock.at = moment
        app.tick()
        return self.issue()

    def issue(self) -> Issue:
        """The issue of the day."""
        found = self.app.newsroom.issues(50)
        return next(one for one in found if one.local_date == DUE.date())

    def approve(self, who: str = "Ada Lane") -> Issue:
        """Approve it as it stands."""
        return self.app.newsroom.approve(self.issue().id, who)

    def mails(self) -> list[str]:
        """The plain text of what readers got."""
        return texts(self.folder / "var/outbox" / str(self.issue().id))

    def reviews(self) -> list[str]:
        """The plain text of the review mails."""
        return texts(self.folder / "var/outbox/review")

    def alerts(self) -> list[str]:
        """The kinds of alerts that went out."""
        names = (file.stem for file in (self.folder / "var/outbox/alert").glob("*.eml"))
        return sorted(name.rsplit("-", 2)[1] for name in names)

    def links(self) -> list[str]:
        """The paths of the pages that review mails lead to, in the order of ``reviews``."""
        found = (LINK.search(one) for one in self.reviews())
        return [one[1] for one in found if one is not None]


def texts(folder: Path) -> list[str]:
    """Subject, recipient and text of the mails in a folder."""
    mails = [
        message_from_bytes(file.read_bytes(), policy=default)
        for file in sorted(folder.glob("*.eml"))
    ]
    bodies = [(mail, mail.get_body(("plain",))) for mail in mails]
    return [
        f"{mail['Subject']}\n{mail['To']}\n{body.get_content()}".replace("\r\n", "\n")
        for mail, body in bodies
        if body is not None
    ]


Make = Callable[..., Room]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes a newsroom whose edition has these settings."""

    def newsroom(edition: str = REQUIRED) -> Room:
        url = request.getfixturevalue("postgres_url")() if request.param == "postgres" else ""
        return Room(tmp_path, url, edition)

    return newsroom
