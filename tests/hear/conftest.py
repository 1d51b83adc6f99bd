"""A newsroom with ears on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hear.house import House, build, in_file


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    url = in_file(tmp_path)
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")()
    made = build(url)
    yield made
    made.engine.dispose()


@pytest.fixture
def small_room(tmp_path: Path) -> Iterator[House]:
    """On SQLite, where the kind does not matter."""
    made = build(in_file(tmp_path))
    yield made
    made.engine.dispose()
