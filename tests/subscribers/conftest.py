"""A house of subscribers for tests: fixed keys, a small catalogue, each database that counts."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from digest.store.engine import make_engine
from subscribers import (
    Catalogue,
    Consent,
    Keys,
    LeaveSecret,
    Subscribers,
    migrate,
    parse_segments,
)
from tests.migrated import sqlite_url
from tests.postgres import postgres_url  # noqa: F401  # a fixture

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
#: the ISO weekdays of an issue that is due to everybody
EVERY_DAY = frozenset(range(1, 8))
KEYS = Keys(
    leave=(LeaveSecret("k1", "leave secret of the tests, thirty-two and more"),),
    manage=("manage secret of the tests, thirty-two and more",),
    pepper="pepper of the tests, thirty-two characters and more",
)
CATALOGUE = Catalogue(
    editions={"morning": "Morning Briefing", "weekly": "World Weekly", "sport": "Sport"},
    regions={"africa": "Africa", "europe": "Europe", "middle-east": "Middle East"},
    topics={"business": "Business", "health": "Health", "sports": "Sports"},
    languages={"en": "English", "fr": "Français", "ar": "العربية"},
    rhythms={"morning": "Weekdays at 06:30", "weekly": "Saturdays at 08:00"},
)
SEGMENTS = {
    "africa": {"region": "africa"},
    "vip": {"tag": "vip"},
    "european-business": {"all": [{"region": "europe"}, {"topic": "business"}]},
    "not-vip": {"not": {"tag": "vip"}},
}
CONSENT = Consent(source="test form", at=NOW)

Fresh = Callable[[], Engine]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A migrated database of each kind."""
    if request.param == "postgres":
        made = make_engine(request.getfixturevalue("postgres_url")(migrate))
    else:
        made = make_engine(sqlite_url(tmp_path / "people.db", migrate))
    yield made
    made.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """A migrated SQLite database, where the kind does not matter."""
    made = make_engine(sqlite_url(tmp_path / "people.db", migrate))
    yield made
    made.dispose()


def house(engine: Engine, keys: Keys = KEYS) -> Subscribers:
    """Subscribers over an engine, with the tests' catalogue and segments."""
    return Subscribers(engine, keys, CATALOGUE, parse_segments(SEGMENTS, CATALOGUE))


@pytest.fixture
def people(engine: Engine) -> Subscribers:
    """An empty house on each kind of database."""
    return house(engine)


def add(people: Subscribers, email: str, *editions: str) -> int:
    """One active subscriber."""
    return people.add(
        email,
        consent=CONSENT,
        editions=frozenset(editions or ["morning"]),
        now=NOW,
        actor="tests",
    )
