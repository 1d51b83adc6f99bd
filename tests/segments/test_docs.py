"""docs/segments.md: its examples work as they are printed, and it tells every key."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from digest import bundled
from digest.cli import segments  # noqa: F401  # it registers
from digest.cli.root import cli
from subscribers.segment_parse import COUNTS, FLAGS, KEYS, TESTS, TIMES
from tests.parts import REPO

PAGE = (REPO / "docs" / "segments.md").read_text("utf-8")


def test_every_example_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(bundled.sample_config(), tmp_path / "config.toml")
    examples = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    with (tmp_path / "config.toml").open("a", encoding="utf-8") as config:
        config.writelines("\n" + one for one in examples)
    (commands,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for command in commands.splitlines():
        program, *words = shlex.split(command)
        assert program == "digest"
        done = CliRunner().invoke(cli, words)
        # Nobody is there yet to be explained.
        expected = "there is no subscriber 1" if "explain" in words else "None"
        assert str(done.exception) == expected, command
    assert len(examples) == 2


def test_every_key_is_told() -> None:
    table = PAGE.partition("| key |")[2].partition("\n\n")[0]
    told = set(re.findall(r"[a-z_]+", table))
    for key in KEYS:
        assert (key.rpartition("_")[0] if key in TIMES else key) in {
            one.rstrip("_") for one in told
        }, key
    assert {*COUNTS, *TESTS, *FLAGS} <= told
