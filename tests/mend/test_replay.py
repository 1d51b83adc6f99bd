"""An issue that went is made again, byte for byte, of what is stored; what differs is told."""

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from digest.errors import WrongStateError
from digest.model import Issue
from digest.steps.replay import Replay, replay
from digest.store.engine import writing
from digest.store.keeping_tables import rendered
from digest.store.tables import body
from tests.mend.room import House, furnish

FEED = """<rss version="2.0"><channel><title>Wire</title><link>https://wire.example/</link>
<item><title>Harbour reopens after the storm</title><link>https://wire.example/1</link>
<guid>https://wire.example/1</guid><pubDate>Tue, 24 Nov 2026 04:00:00 GMT</pubDate>
<description>Boats left at dawn, the pilots say.</description></item></channel></rss>"""


@pytest.fixture
def went(tmp_path: Path) -> Iterator[tuple[House, Issue]]:
    """A newsroom on SQLite whose issue, with a story of a feed, has gone."""
    (tmp_path / "wire.xml").write_text(FEED)
    more = '[[sources]]\nname = "wire"\nkind = "feed"\npath = "wire.xml"\n'
    house = furnish(tmp_path, more=more)
    yield house, house.send(house.addressed())
    house.app.engine.dispose()


def links(made: Replay) -> dict[str, tuple[int, int, int]]:
    return {one.name: (one.same, len(one.differ), len(one.unknown)) for one in made.links}


def test_it_is_the_same_to_the_byte(went: tuple[House, Issue]) -> None:
    house, issue = went
    made = replay(house.again().parts, issue)
    # What stands in a folder on this machine answers with no document.
    assert links(made) == {"stories": (1, 0, 3), "sheets": (1, 0, 0), "variants": (1, 0, 0)}
    assert (made.differs, made.why) == (False, ())


def test_what_differs_is_told_with_its_reason(went: tuple[House, Issue]) -> None:
    house, issue = went
    config = house.path / "config.toml"
    config.write_text(config.read_text().replace("[newsroom]", '[newsroom]\naccent = "#7a1020"'))
    with writing(house.app.engine) as connection:
        connection.execute(sa.update(rendered).values(program="0.0.9"))
        changed = sa.select(body.c.content).where(body.c.source == "wire")
        document = zlib.decompress(connection.execute(changed).scalar_one())
        told = zlib.compress(document.replace(b"Harbour", b"Marina"))
        connection.execute(sa.update(body).where(body.c.source == "wire").values(content=told))
    made = replay(house.again().parts, issue)
    assert links(made) == {"stories": (0, 1, 3), "sheets": (1, 0, 0), "variants": (0, 1, 0)}
    assert made.why == (
        "it went from version 0.0.9, this is 0.1.0",
        "its templates, brand, names or edition changed after it was locked",
    )


def test_what_has_not_gone_is_not_made_again(tmp_path: Path) -> None:
    house = furnish(tmp_path)
    with pytest.raises(WrongStateError, match="was not made yet"):
        replay(house.parts, house.app.newsroom.today("daily"))
    house.app.engine.dispose()
