"""A house that people can join: pages over HTTP, and the letters that wait."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import jinja2
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from digest.store.engine import make_engine
from digest.web.guard import SameOrigin
from subscribers import Correspondence, Limits, Permission, Site, Subscribers, joinable, migrate
from subscribers.correspondence import DueLetter
from subscribers.tables import consent_event, metadata, subscriber, subscription
from subscribers.voice import english
from tests.migrated import sqlite_url
from tests.parts import REPO
from tests.subscribers.conftest import CATALOGUE, KEYS, NOW, house

TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(REPO / "templates" / "web"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
)
SITE = Site(public_url="https://news.example", origins=frozenset({"https://paper.example"}))


@dataclass
class Door:
    """Everything a stranger can reach, at a time that tests set."""

    engine: Engine
    limits: Limits = field(default_factory=lambda: Limits(per_place=0, per_minute=0))
    now: datetime = NOW

    @property
    def people(self) -> Subscribers:
        return house(self.engine)

    @property
    def mail(self) -> Correspondence:
        return Correspondence(self.engine, KEYS)

    @property
    def permission(self) -> Permission:
        return Permission(self.engine)

    def client(self) -> TestClient:
        pages = joinable(
            engine=self.engine, keys=KEYS, limits=self.limits, catalogue=CATALOGUE, site=SITE
        )
        only = english(CATALOGUE)
        app = Starlette(routes=pages.routes(TEMPLATES, lambda: self.now, lambda _wanted: only))
        return TestClient(SameOrigin(app), follow_redirects=False)

    def join(self, email: str, *editions: str, **fields: str) -> None:
        """Fill in the form and have it answered."""
        told = {"email": email, "edition": list(editions or ["morning"]), **fields}
        answer = self.client().post("/join", data=told)
        assert (answer.status_code, answer.headers["location"]) == (303, "?done=sent")

    def due(self) -> list[DueLetter]:
        """What waits to be sent."""
        return [
            one for bulk in (False, True) for one in self.mail.due(self.now, 0, 1000, bulk=bulk)
        ]

    def take(self, outcome: str = "accepted") -> list[DueLetter]:
        """What waits, and may go, as if a provider had taken it."""
        found = self.due()
        for one in found:
            self.mail.done(one.id, one.barred or outcome, self.now)
        return [one for one in found if not one.barred]

    def letter(self) -> DueLetter:
        """The one letter that waits."""
        (one,) = self.take()
        return one

    def states(self, email: str) -> dict[str, str]:
        """Edition → state, of a person."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                sa.select(subscription.c.edition, subscription.c.state)
                .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
                .where(subscriber.c.email == email)
            )
            return {row.edition: row.state for row in rows}

    def consents(self, email: str) -> list[tuple[str, str]]:
        """(action, purpose) of a person's events, oldest first."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                sa.select(consent_event.c.action, consent_event.c.purpose)
                .join(subscriber, subscriber.c.id == consent_event.c.subscriber_id)
                .where(subscriber.c.email == email)
                .order_by(consent_event.c.id)
            )
            return [(row.action, row.purpose) for row in rows]

    def everything(self) -> list[tuple[object, ...]]:
        """All rows of all tables."""
        with self.engine.connect() as connection:
            return [
                tuple(row)
                for table in metadata.sorted_tables
                for row in connection.execute(sa.select(table))
            ]


@pytest.fixture
def door(engine: Engine) -> Door:
    """On each kind of database."""
    migrate(engine)
    return Door(engine)


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Door]:
    """On SQLite, where the kind does not matter."""
    made = make_engine(sqlite_url(tmp_path / "people.db", migrate))
    yield Door(made)
    made.dispose()
