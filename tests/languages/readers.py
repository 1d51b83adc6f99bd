"""The pages that readers see, as the wired-up product serves them."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from starlette.testclient import TestClient

from digest import bundled
from digest.app import App
from digest.clock import SetClock
from digest.config import load

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
CONSENT = "form at the fair"
NOBODYS = "/u/" + "A" * 22


@dataclass(frozen=True, slots=True)
class Readers:
    """A newsroom with one reader and the pages it serves them."""

    app: App
    client: TestClient
    reader: int

    def speak(self, tag: str) -> None:
        """Make ``tag`` the reader's language."""
        with self.app.engine.begin() as connection:
            table = sa.table("subscriber", sa.column("language"))
            connection.execute(sa.update(table).values(language=tag))

    @property
    def preferences(self) -> str:
        """The path of the reader's preference page."""
        return self.app.people.preferences_path(self.reader, NOW)

    def get(self, path: str, asked: str = "") -> str:
        """A page as a browser gets it that asks for these languages."""
        return self.client.get(path, headers={"accept-language": asked}).text

    def post(self, path: str, data: dict[str, str], asked: str = "") -> str:
        """What a form leads to."""
        return self.client.post(path, data=data, headers={"accept-language": asked}).text

    def pages(self, asked: str) -> dict[str, str]:
        """Every page and state that readers can see, by name."""
        undo = self.app.people.undo.path_after("A" * 22, NOW, everything=False)
        token = {"token": undo.removeprefix("/undo/")}
        return {
            "preferences": self.get(self.preferences, asked),
            "saved": self.get(f"{self.preferences}?done=saved", asked),
            "refused": self.post(self.preferences, {"style": "x"}, asked),
            "leave": self.get(NOBODYS, asked),
            "left": self.post(NOBODYS, {"from": "page"}, asked),
            "undo": self.get(undo, asked),
            "undone": self.post(undo, {}, asked),
            "thanks": self.post("/left", token, asked),
            "expired": self.get("/p/forged", asked),
            "too late": self.get("/undo/forged", asked),
        }


def readers(folder: Path) -> Readers:
    """The sample newsroom in ``folder``."""
    shutil.copy(bundled.sample_config(), folder / "config.toml")
    app = App(load(folder / "config.toml"), SetClock(NOW))
    app.migrate()
    who = app.add_subscriber("reader@example.org", frozenset({"morning"}), CONSENT, "Zoë")
    site = app.pages.sites()[0].site
    client = TestClient(site, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000))
    return Readers(app, client, who)
