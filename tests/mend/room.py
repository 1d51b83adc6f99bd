"""A newsroom whose database can be lost: its readers, what a provider took, its folder."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from io import BytesIO
from pathlib import Path

from digest import pipeline
from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.model import Issue
from digest.steps.address import address
from digest.steps.compose import compose
from digest.steps.lock import lock
from digest.steps.parts import Parts
from digest.steps.send import send, sender, settle
from tests.after.room import CONFIG, TITLES, write
from tests.deliver.scripted import Scripted

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
READERS = 40


def address_of(number: int) -> str:
    return f"reader{number}@example.org"


@dataclass
class House:
    """The newsroom over one database; ``again`` is it over another, with the same folder."""

    path: Path
    url: str
    provider: Scripted
    app: App

    @cached_property
    def parts(self) -> Parts:
        return replace(self.app.parts, transport=self.provider, routes=())

    @property
    def clock(self) -> SetClock:
        assert isinstance(self.app.clock, SetClock)
        return self.app.clock

    def again(self, url: str = "") -> "House":
        """The same after its process ended; ``url``: over another database."""
        self.app.engine.dispose()
        return _open(self.path, url or self.url, self.provider, self.clock)

    def who(self, number: int) -> int:
        found = self.app.people.find(address_of(number))
        assert found is not None
        return found

    def addressed(self) -> Issue:
        """Today's issue, with its audience frozen: four batches of ten."""
        issue = compose(self.parts, self.app.newsroom.today("daily"))
        issue = lock(self.parts, issue, who="test")
        self.clock.at = issue.scheduled_at
        return address(self.parts, issue)

    def send_batch(self, issue: Issue, number: int) -> None:
        assert sender(self.parts, issue).send_one(issue.id, issue.edition, number) == ""

    def send(self, issue: Issue) -> Issue:
        send(self.parts, issue)
        return settle(self.parts, issue)


def furnish(path: Path, url: str = "", more: str = "") -> House:
    """A newsroom with stories and readers."""
    (path / "desk").mkdir()
    for number, name in enumerate(TITLES):
        write(path, number, f"{name} return to the north")
    hours = 'time = "06:00"\nsend_by_minutes = 300'
    (path / "config.toml").write_text(CONFIG.format(more=hours) + more)
    house = _open(path, url, Scripted(), SetClock(NOW))
    house.app.migrate()
    rows = "\n".join(f"{address_of(n)},daily,form" for n in range(1, READERS + 1))
    told = f"email,editions,consent_source\n{rows}\n".encode()
    house.app.people.import_csv(BytesIO(told), now=NOW, actor="test")
    pipeline.refresh(house.parts)
    return house


def _open(path: Path, url: str, provider: Scripted, clock: SetClock) -> House:
    app = App(load(path / "config.toml", {"database.url": url} if url else {}), clock)
    return House(path, url, provider, app)
