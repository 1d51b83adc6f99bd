"""A newsroom on each database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.after.room import READERS, Room, furnish

Make = Callable[..., Room]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Makes a newsroom whose edition has these settings too."""
    made: list[Room] = []

    def build(more: str = "", readers: str = READERS) -> Room:
        url = ""
        if request.param == "postgres":
            url = request.getfixturevalue("postgres_url")()
        made.append(furnish(tmp_path, more, readers, url))
        return made[-1]

    yield build
    for one in made:
        one.app.engine.dispose()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A newsroom on SQLite, where the kind does not matter."""
    made = furnish(tmp_path_factory.mktemp("room"))
    yield made
    made.app.engine.dispose()
