"""A newsroom with an issue to work on, and an editor's browser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from starlette.testclient import TestClient

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.model import Draft, Issue, ParsedStory, SlotMode
from digest.store import stories
from digest.store.engine import writing
from tests.making import NOW, gathered, parsed

CONFIG = """
[[sources]]
name = "wire"
kind = "folder"
path = "wire"
[[editions]]
slug = "daily"
name = "Daily"
time = "06:30"
zone = "UTC"
  [[editions.sections]]
  take = "picks"
  title = "Top"
  maximum = 3
  [[editions.sections]]
  take = "latest"
  title = "Latest"
  maximum = 4
"""
FORM = re.compile(r'name="revision" value="(\d+)"')


@dataclass
class Bench:
    """An issue on the table."""

    app: App
    issue: Issue
    client: TestClient

    @property
    def path(self) -> str:
        return f"/desk/issues/{self.issue.id}"

    @property
    def now(self) -> Issue:
        """The issue as it stands."""
        return self.app.newsroom.desk.issue(self.issue.id)

    @property
    def draft(self) -> Draft:
        return self.app.newsroom.desk.look(self.issue.id)[1]

    def order(self, section: str = "latest") -> list[int]:
        """The stories of a section as they stand."""
        return [
            slot.story
            for slot in self.draft.slots
            if slot.section == section and slot.mode is not SlotMode.REMOVED
        ]

    def page(self, query: str = "") -> str:
        answer = self.client.get(f"{self.path}{query}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def act(self, do: str, *, seen: int | None = None, **fields: Any) -> httpx2.Response:
        """Press a button of the page, seen as it stands now."""
        revision = self.now.revision if seen is None else seen
        data = {"revision": str(revision), "do": do, **fields}
        return self.client.post(f"{self.path}/act", data=data)


def opened(folder: Path, told: list[ParsedStory] | None = None, config: str = CONFIG) -> Bench:
    """A newsroom whose next issue holds these stories; else twelve."""
    (folder / "wire").mkdir()
    (folder / "config.toml").write_text(config)
    app = App(load(folder / "config.toml", {}), SetClock(NOW))
    app.migrate()
    with writing(app.engine) as connection:
        found = told or [parsed(n, n, headline=HEADLINES[n]) for n in range(12)]
        stories.keep(connection, gathered(*found), NOW)
    issue = app.newsroom.open_next("daily")
    site = app.pages.sites()[0].site
    client = TestClient(
        site,
        base_url="http://127.0.0.1:8000",
        client=("127.0.0.1", 50000),
        follow_redirects=False,
    )
    return Bench(app, issue, client)


def closed(bench: Bench) -> Iterator[Bench]:
    yield bench
    bench.app.engine.dispose()


HEADLINES = (
    "Night trains return to the north",
    "Harbour pilots learn from gulls",
    "A library opens its cellar",
    "Beekeepers count the winter’s losses",
    "The bridge that sings is tuned again",
    "Tram drivers vote on the night shift",
    "Glass houses feed a mining town",
    "An orchard is planted on a landfill",
    "The last lighthouse keeper retires",
    "Salt farmers sell their first sparkling water",
    "School choirs swap their songs by post",
    "A river gets its old bed back",
)
