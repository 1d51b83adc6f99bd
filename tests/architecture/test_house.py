"""The house stays as docs/architecture.md draws it."""

import ast
from pathlib import Path

import pytest

from digest.store import after_tables, heard_table, link_tables, rights_tables, route_tables  # noqa: F401 - their tables join the metadata
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


def test_no_table_of_the_line_holds_an_address() -> None:
    assert {"route", "delivery_event"} <= metadata.tables.keys(), "all tables are looked at"
    told = {"email", "address", "mail", "recipient", "name"}
    columns = [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if told & set(column.name.split("_"))
    ]
    assert columns == ["source.name", "route.name"]
