"""A loopback origin, a parser and the words that names are looked up in."""

from collections.abc import Iterator

import pytest

from digest.curate import gazetteer, regions, topics
from digest.sources.parse import FeedParser
from digest.survey.filing import Knowledge
from tests.sources.origin import Origin


@pytest.fixture
def origin() -> Iterator[Origin]:
    """A web server of the test's own."""
    with Origin() as server:
        yield server


@pytest.fixture(scope="session")
def parser() -> Iterator[FeedParser]:
    """One pool of parser processes for all tests."""
    with FeedParser() as pool:
        yield pool


@pytest.fixture(scope="session")
def known() -> Knowledge:
    """What an English paper in Kenya knows."""
    places = gazetteer.load()
    return Knowledge(
        gazetteer=places,
        views=regions.views("newsroom", (), places),
        lexicon=topics.load(),
        language="en",
        home="KE",
    )
