"""A newsroom on each database, and a second, empty database of its kind."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.mend.room import House, furnish
from tests.migrated import EVERYTHING

#: makes a newsroom, and loses its database: what is left is the folder
Lose = Callable[[House], House]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    url = ""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")(*EVERYTHING)
    made = furnish(tmp_path, url)
    yield made
    made.app.engine.dispose()


@pytest.fixture
def lose(request: pytest.FixtureRequest) -> Iterator[Lose]:
    """Has the database be gone for good."""
    made: list[House] = []

    def do(house: House) -> House:
        url = ""
        if house.app.engine.dialect.name == "postgresql":
            url = request.getfixturevalue("postgres_url")()
        else:
            house.app.engine.dispose()
            for file in (house.path / "var").glob("digest.sqlite3*"):
                file.unlink()
        made.append(house.again(url))
        return made[-1]

    yield do
    for one in made:
        one.app.engine.dispose()
