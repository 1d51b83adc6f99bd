"""A newsroom of two editions, and people who work at its desk."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy.engine import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.people.roles import Grant, Role
from digest.staff.house import COMMAND_LINE, House
from digest.staff.login import Login
from digest.staff.people import People
from digest.web.gate import DeskRoute

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
PASSWORD = "four words in a row"
CONFIG = """
[[sources]]
name = "wire"
kind = "folder"
path = "wire"
[[editions]]
slug = "daily"
name = "Daily"
  [[editions.sections]]
  take = "latest"
[[editions]]
slug = "weekly"
name = "Weekly"
  [[editions.sections]]
  take = "latest"
"""
HTTPS = {"desk.public_url": "https://desk.example.org", "web.public_url": "https://n.example.org"}


@dataclass
class Served:
    """The desk of a newsroom, and whoever comes to it."""

    app: App
    clock: SetClock
    site: Starlette
    base: str
    secrets: dict[str, str] = field(default_factory=dict)

    def client(self, peer: str = "127.0.0.1", base: str = "") -> TestClient:
        """A browser of somebody's, not logged in."""
        return TestClient(
            self.site, base_url=base or self.base, client=(peer, 50000), follow_redirects=False
        )

    def routes(self) -> list[DeskRoute]:
        return [one for one in self.site.routes if isinstance(one, DeskRoute)]

    def wait(self, **span: float) -> None:
        self.clock.at += timedelta(**span)

    def person(self, name: str, *grants: Grant) -> TestClient:
        """Somebody with these roles, invited and logged in with a password and an app."""
        email = f"{name}@paper.example"
        people = self.app.accounts.people
        client = self.client("10.0.0.7")
        if not any(one.person.name == name for one in people.every()):
            token = people.invite(name, email, grants, COMMAND_LINE)
            answer = client.post(f"/desk/welcome/{token}", data={"password": PASSWORD})
            assert answer.headers["location"] == "/desk/login/enrol?next=/"
            (who,) = (one for one in people.every() if one.person.name == name)
            self.secrets[name] = secret(self.app.accounts.house, who.person.id)
            answer = client.post("/desk/login/enrol", data={"code": self.code(name)})
            assert answer.status_code == 200
            return client
        answer = client.post("/desk/login", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        self.wait(seconds=30)
        answer = client.post("/desk/login/code", data={"code": self.code(name)})
        assert answer.status_code == 303, answer.text
        return client

    def code(self, name: str) -> str:
        """What their app shows now."""
        return pyotp.TOTP(self.secrets[name]).at(self.clock.at)


def secret(house: House, who: int | None) -> str:
    """What somebody's app shares with us."""
    from digest.store import people
    from digest.store.engine import reading

    assert who is not None
    with reading(house.engine) as connection:
        kept = people.factor(connection, who)
    assert kept is not None
    return house.open(kept.secret)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Makes a newsroom; one that is reached by https where its settings say so."""
    made: list[App] = []

    def make(**settings: str) -> Served:
        (tmp_path / "wire").mkdir(exist_ok=True)
        (tmp_path / "wire/1.md").write_text(
            "---\ntitle: Night trains return to the north\nurl: https://paper.example/1\n"
            "date: 2026-11-24T04:00:00Z\n---\nThey had been away for a winter of repairs.\n"
        )
        (tmp_path / "config.toml").write_text(CONFIG)
        clock = SetClock(NOW)
        app = App(load(tmp_path / "config.toml", settings), clock)
        app.migrate()
        app.tick(sending=False)
        made.append(app)
        base = settings.get("desk.public_url", "http://127.0.0.1:8000")
        site = app.pages.sites()[-1].site
        assert isinstance(site, Starlette)
        return Served(app, clock, site, base)

    yield make
    for app in made:
        app.engine.dispose()


@dataclass
class Staff:
    """Accounts on a database of their own."""

    house: House
    clock: SetClock
    people: People
    login: Login


@pytest.fixture
def staff(engine: Engine) -> Staff:
    """On both databases."""
    clock = SetClock(NOW)
    house = House(
        engine=engine,
        clock=clock,
        newsroom="The Paper",
        second_step=True,
        pepper="pepper",
        sealing=(b"k" * 32,),
    )
    return Staff(house, clock, People(house), Login(house))


ADMIN = Grant(Role.ADMIN)
