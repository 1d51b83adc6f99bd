"""A start of the command line imports what its command needs, and no more."""

import pkgutil

import pytest
from typer.core import TyperGroup
from typer.main import get_command

import digest.cli
from digest.cli.commands import COMMANDS
from digest.cli.root import cli


def test_the_table_knows_every_command() -> None:
    shared = {"acts", "commands", "output", "progress", "root"}
    for one in pkgutil.iter_modules(digest.cli.__path__):
        if one.name not in shared:
            __import__(f"digest.cli.{one.name}")
    whole = get_command(cli)
    assert isinstance(whole, TyperGroup)
    homes = {
        name: {one.callback.__module__.rpartition(".")[2] for one in _leaves(command)}
        for name, command in whole.commands.items()
    }
    assert homes == {name: set(one.modules.split()) for name, one in COMMANDS.items()}


def _leaves(command: object) -> list[object]:
    if isinstance(command, TyperGroup):
        return list(command.commands.values())
    return [command]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_line_of_help_fits_a_terminal(name: str) -> None:
    assert len(COMMANDS[name].help) <= 78 - 4 - max(map(len, COMMANDS))
