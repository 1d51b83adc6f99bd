"""docs/security.md names tests that exist, and each threat has one."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    line
    for line in (ROOT / "docs/security.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith(("| threat", "|---"))
]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def defined_in(path: str) -> frozenset[str]:
    """The tests that a file defines."""
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(one.name for one in tree.body if isinstance(one, ast.FunctionDef))


def test_there_are_rows() -> None:
    assert len(ROWS) > 30


@pytest.mark.parametrize("row", ROWS, ids=[row[2:50] for row in ROWS])
def test_each_threat_has_a_test_that_exists(row: str) -> None:
    threat, answer, guards = (cell.strip() for cell in row.strip("|").split("|"))
    assert threat
    assert answer
    named = NAMED.findall(guards)
    assert named, "no test guards it"
    assert len(named) == guards.count("::"), "a name is not written as tests/path.py::name"
    for path, name in named:
        assert name.startswith("test_")
        assert (ROOT / path).is_file(), path
        assert name in defined_in(path), f"{path} has no {name}"
