"""Shared fixtures. Absent real parts are skipped aloud here, see tests/parts.py."""

import os

import pytest

from tests.parts import PARTS


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
