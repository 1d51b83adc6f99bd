"""Every commit of the line, from an empty database to the settled issue, is a point to die at."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.line.newsroom import environment
from tests.parts import REPO
from tests.proof.chaos import MEMORY

#: at least so many commits: sources, stories, issue, lock, variants, audience, batches, settle
FEWEST = 15


def test_dying_at_any_commit_on_sqlite() -> None:
    points()


@pytest.mark.part("postgres")
def test_dying_at_any_commit_on_postgres(postgres_url: Callable[[], str]) -> None:
    points(postgres_url())


def points(*words: str) -> None:
    place = {"TMPDIR": str(MEMORY)} if os.access(MEMORY, os.W_OK) else {}
    done = subprocess.run(
        [sys.executable, "-m", "tests.proof.points", *words],
        cwd=REPO,
        env=environment() | place,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    rows = [json.loads(row) for row in done.stdout.splitlines()]
    bad = [row for row in rows if row["wrong"]]
    assert not bad, json.dumps(bad)
    assert done.returncode == 0, done.stderr
    for what, fewest in (("migrate", 2), ("walk", FEWEST)):
        seen = [(row["commit"], row["when"]) for row in rows if row["what"] == what]
        commits = next(row["of"] for row in rows if row["what"] == what)
        assert commits >= fewest
        wanted = [(one, when) for one in range(1, commits + 1) for when in ("before", "after")]
        assert seen == wanted
