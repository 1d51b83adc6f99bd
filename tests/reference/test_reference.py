"""The generated parts of docs/ say what the code says; ``make reference`` writes them anew."""

import re

import pytest

from digest.cli.tree import tree
from tests.parts import REPO
from tests.reference import config
from tests.reference.commands import commands
from tests.reference.page import UNWRITTEN, names, written
from tests.reference.pages import PARTS


@pytest.mark.parametrize("name", PARTS)
def test_a_page_says_what_the_code_says(name: str) -> None:
    text = (REPO / "docs" / name).read_text("utf-8")
    assert sorted(names(text)) == sorted(PARTS[name]), "each part stands on its page, once"
    assert text == written(text, PARTS[name]), "run `make reference`, and look at what it changed"
    assert UNWRITTEN not in text, "say what it means, in the last column"


def test_no_page_has_a_part_that_nobody_makes() -> None:
    told = {page.name: names(page.read_text("utf-8")) for page in (REPO / "docs").glob("*.md")}
    assert {name for name, parts in told.items() if parts} == set(PARTS)


def test_the_guide_to_the_command_line_names_every_command() -> None:
    guide = (REPO / "docs" / "cli.md").read_text("utf-8")
    words = {
        word for code in re.findall(r"`([^`]*)`", guide) for word in re.split(r"[\s,|]+", code)
    }
    assert {name.split()[-1] for name, _ in commands(tree())} <= words


def test_keys_follow_the_code_and_words_stay() -> None:
    old = "| **[newsroom]** `name` | | as readers know it |\n| `gone` | 3 | nothing any more |\n"
    new = config.every(old)
    assert "| `name` | text | `Our newsroom` | as readers know it |" in new
    assert "| `gone` |" not in new
    assert "| `port` | 0 to 65535 | `8000` |" in new
