"""A start of the command line imports what its command needs, and no more."""

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

import digest.cli
from digest.cli.commands import COMMANDS
from digest.cli.root import cli
from tests.line.newsroom import environment
from tests.parts import REPO


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


#: what takes longer to import than Typer itself; no `--help` needs any of it
HEAVY = {
    *("sqlalchemy", "pydantic", "structlog", "jinja2", "starlette", "alembic", "babel", "httpx2"),
    *("trafilatura", "feedparser", "sendgrid", "apscheduler", "nh3", "argon2", "joserfc", "dns"),
    *("prometheus_client", "holidays", "icalendar", "uvicorn", "mjml", "procrastinate", "psycopg"),
}
#: what listing issues needs of it
NEEDED = {"sqlalchemy", "pydantic"}
TELL = "import json, sys; print('HEAVY', json.dumps(sorted({*%r} & sys.modules.keys())))"


def loaded(script: str, folder: Path) -> set[str]:
    """What of the heavy a fresh process has imported by the end of a script."""
    done = subprocess.run(
        [sys.executable, "-c", f"{script}\n{TELL % (sorted(HEAVY),)}"],
        cwd=folder,
        env=environment() | {"PYTHONPATH": str(REPO)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.rpartition("HEAVY")[2]))


def test_no_help_imports_anything_heavy(tmp_path: Path) -> None:
    script = (
        "from digest.cli.commands import COMMANDS\n"
        "from digest.cli.root import cli\n"
        "for name in ('', *COMMANDS):\n"
        "    cli([name, '--help'] if name else ['--help'], standalone_mode=False)"
    )
    # Typer itself looks whether pydantic is there.
    assert loaded(script, tmp_path) == {"pydantic"}


def test_listing_issues_imports_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    (tmp_path / "config.toml").write_text(
        '[[sources]]\nname = "desk"\nkind = "folder"\npath = "desk"\n'
        '[[editions]]\nslug = "daily"\nname = "Daily"\n[[editions.sections]]\ntake = "latest"\n'
    )
    script = "from digest.cli.root import cli\ncli(['issues'], standalone_mode=False)"
    # The first one makes the tables.
    assert loaded(script, tmp_path) > NEEDED
    assert loaded(script, tmp_path) == NEEDED
