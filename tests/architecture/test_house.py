"""The house stays as docs/architecture.md draws it."""

import ast
import subprocess
from pathlib import Path

import pytest

from digest.store import (  # noqa: F401 - their tables join the metadata
    after_tables,
    approval_tables,
    aside_tables,
    heard_table,
    keeping_tables,
    link_tables,
    people_tables,
    rights_tables,
    route_tables,
    watch_tables,
)
from digest.store.tables import metadata
from tests.parts import REPO

SOURCES = sorted([*(REPO / "digest").rglob("*.py"), *(REPO / "subscribers").rglob("*.py")])
LONGEST = 350
#: names that say nothing about what is inside
EMPTY_NAMES = {"utils", "util", "helpers", "common", "misc", "manager"}


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(REPO)))
def test_files_are_short_and_named_for_what_they_hold(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST, f"{lines} lines: split it by noun"
    assert file.stem not in EMPTY_NAMES


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(file.relative_to(REPO))
        for file in SOURCES
        if file.stat().st_size and not ast.get_docstring(ast.parse(file.read_text("utf-8")))
    ]
    assert silent == []


def test_no_table_of_the_line_holds_an_address_of_a_reader() -> None:
    assert {"route", "delivery_event"} <= metadata.tables.keys(), "all tables are looked at"
    told = {"email", "address", "mail", "recipient", "name"}
    columns = [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if told & set(column.name.split("_"))
    ]
    # Those who work at the desk are staff: see docs/decisions.md.
    assert sorted(columns) == ["person.email", "person.name", "route.name", "source.name"]


def test_no_symbolic_link_is_in_the_tree() -> None:
    """It would lead out of a checkout, or be a text file where links are not supported."""
    if not (REPO / ".git").exists():
        pytest.skip("no git checkout: the tree was unpacked from an archive")
    told = subprocess.run(
        ["git", "ls-files", "--stage"], cwd=REPO, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert told
    assert [row.partition("\t")[2] for row in told if row.startswith("120000")] == []
