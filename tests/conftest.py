"""Shared fixtures. Absent real parts are skipped aloud here, see tests/parts.py."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy.engine import Engine

from tests.migrated import sqlite_url
from tests.parts import PARTS
from tests.postgres import postgres_url

__all__ = ["postgres_url"]

#: files that take a minute or more go first: begun last, one would run alone at the end
LONG = (
    "line/test_unattended.py",
    "proof/test_simulation.py",
    "proof/test_chaos.py",
    "proof/test_points.py",
    "line/test_kills.py",
    "line/test_many.py",
    "trust/test_schema.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first; the order of the others stays."""
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONG))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or in CI fail, a test whose real part is absent."""
    for mark in item.iter_markers("part"):
        name = mark.args[0]
        if PARTS[name].here():
            continue
        reason = f"{name} is absent: {PARTS[name].how}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each absent part."""
    absent: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        for name, part in PARTS.items():
            if f"{name} is absent: {part.how}" in str(report.longrepr):
                absent[name] = absent.get(name, 0) + 1
    for name, count in absent.items():
        terminalreporter.line(f"skipped {count} tests: {name} is absent: {PARTS[name].how}")


@pytest.fixture(autouse=True)
def _logs_of_its_own() -> Iterator[None]:
    """No test logs into a stream that another one's capture has closed."""
    yield
    structlog.reset_defaults()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A fresh database with digest's tables, on each of the two that we support."""
    from digest.store.engine import make_engine
    from digest.store.migrations import migrate

    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")(migrate)
    else:
        url = sqlite_url(tmp_path / "digest.sqlite3", migrate)
    made = make_engine(url)
    yield made
    made.dispose()
