"""A newsroom with ears on each database."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.store.engine import make_engine
from tests.hear.house import House, build, in_file
from tests.migrated import EVERYTHING
from tests.subscribers.conftest import house


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, to be copied: that is a hundred times as fast as migrating."""
    folder = tmp_path_factory.mktemp("blank")
    build(in_file(folder)).engine.dispose()
    return folder / "house.sqlite3"


@pytest.fixture
def small_room(blank: Path, tmp_path: Path) -> Iterator[House]:
    """On SQLite, where the kind does not matter."""
    shutil.copy(blank, tmp_path / "house.sqlite3")
    engine = make_engine(in_file(tmp_path))
    yield House(engine, house(engine))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def room(request: pytest.FixtureRequest) -> Iterator[House]:
    """On each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("small_room")
        return
    engine = make_engine(request.getfixturevalue("postgres_url")(*EVERYTHING))
    yield House(engine, house(engine))
    engine.dispose()
