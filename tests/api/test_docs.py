"""The examples of docs/api.md work as they stand."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.line.newsroom import environment
from tests.parts import REPO
from tests.trust.serving import sample, served

BLOCKS = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
TEXT = (REPO / "docs/api.md").read_text(encoding="utf-8")


def test_every_example_works(tmp_path: Path) -> None:
    folder = sample(tmp_path)
    made, *others = BLOCKS.findall(TEXT)
    first, *_ = made.splitlines()
    key = folder.run(*first.split()[1:]).stdout.strip()
    calls = [one for block in others for one in block.split("\n\n")]
    assert len(calls) >= 9
    answers = []
    with served(folder) as url:
        for call in calls:
            done = subprocess.run(
                ["bash", "-c", call.replace("curl -sS", "curl -sS --noproxy '*' --fail-with-body")],
                env={**environment(), "DIGEST": url, "KEY": key},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{call}\n{done.stdout}{done.stderr}"
            answers.append(json.loads(done.stdout))
    assert answers[0] == json.loads(re.search(r"It answers `(.*)`", TEXT)[1])  # type: ignore[index]  # it is there
    told = [one["kind"] for one in answers[-1]["items"]]
    assert told == ["subscribed", "changed", "left"]


@pytest.mark.parametrize("words", [("api",), ("keys", "list", "--json")])
def test_commands_tell_json(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "digest", *words],
        cwd=sample(tmp_path).path,
        env=environment(),
        capture_output=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told == [] if words[0] == "keys" else told["openapi"] == "3.1.0"
