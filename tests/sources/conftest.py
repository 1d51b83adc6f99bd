"""A loopback origin and a parser for the tests of sources."""

from collections.abc import Iterator

import pytest

from digest.sources.parse import FeedParser
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
