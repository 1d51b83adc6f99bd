"""The databases of the subscribers' tests, for segments."""

from tests.subscribers.conftest import (  # noqa: F401  # fixtures
    engine,
    postgres_url,  # a fixture
    sqlite_engine,
)
