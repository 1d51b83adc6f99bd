"""Commands that stand in a sentence or a table are spelled as the command line has them."""

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from digest.cli.tree import tree
from tests.parts import REPO
from tests.reference.page import cells

PAGES = sorted([*REPO.glob("*.md"), *(REPO / "docs").glob("*.md")])
_CODE = re.compile(r"(?<!`)`(digest [^`]+)`(?!`)")
_FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
#: of the root, and of every command
_ANYWHERE = {"--help", "--config", "--set", "--now", "--verbose", "-v"}


@cache
def _root() -> Any:
    return tree()


def mistakes(code: str) -> list[str]:
    """What of ``digest …`` the command line does not know."""
    words = shlex.split(re.sub(r"[\[\]…'\"]", " ", code.replace("\\|", " ")))[1:]
    while words and words[0].startswith("--"):
        words = words[2:]
    command = _root()
    while words and hasattr(command, "commands"):
        name = words.pop(0)
        if name == "COMMAND":
            return []
        if name not in command.commands:
            return [f"no command {name}"]
        command = command.commands[name]
    known = {one for parameter in command.params for one in parameter.opts}
    known |= {one for parameter in command.params for one in parameter.secondary_opts}
    given = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    return [f"no option {one}" for one in sorted(given - known - _ANYWHERE)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_prose_exist(page: Path) -> None:
    text = _FENCE.sub("", page.read_text("utf-8"))
    wrong = {code: found for code in _CODE.findall(text) if (found := mistakes(code))}
    assert wrong == {}


def test_the_guide_spells_options_as_they_are() -> None:
    rows = [cells(line) for line in (REPO / "docs" / "cli.md").read_text("utf-8").splitlines()]
    told = [code for row in rows if row for code in re.findall(r"`([a-z][^`]*)`", row[0])]
    known = [code for code in told if code.split()[0] in _root().commands]
    assert len(known) > 60
    wrong = {code: found for code in known if (found := mistakes(f"digest {code}"))}
    assert wrong == {}


def test_a_wrong_spelling_is_found() -> None:
    assert mistakes("digest send --dry-run") == []
    assert mistakes("digest sned") == ["no command sned"]
    assert mistakes("digest send --dryrun") == ["no option --dryrun"]
