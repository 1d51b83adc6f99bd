"""The whole command line as one tree of commands, for who wants to tell of all of them."""

import importlib
import pkgutil
from typing import Any

import typer

import digest.cli
from digest.cli.root import cli


def tree() -> Any:
    """The group ``digest``: ``commands`` by name, each with ``help`` and ``params``.

    Typer brings its own copy of click and exports none of its types.
    """
    for module in pkgutil.iter_modules(digest.cli.__path__):
        importlib.import_module(f"digest.cli.{module.name}")
    return typer.main.get_command(cli)
