"""Killed on its last way, and changed before it goes on: only what was approved goes."""

import json
import os
import subprocess
import sys

from tests.line.newsroom import environment
from tests.parts import REPO

#: commits from the lock to the settled issue, at least
FEWEST = 10


def test_what_is_killed_on_its_last_way_sends_nothing_else() -> None:
    every = 1 if "DIGEST_FUZZ" in os.environ else 5
    done = subprocess.run(
        [sys.executable, "-m", "tests.approval.kills", str(every)],
        cwd=REPO,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    rows = [json.loads(row) for row in done.stdout.splitlines()]
    assert not [row for row in rows if row["wrong"]], done.stdout
    assert done.returncode == 0, done.stderr
    assert rows[0]["of"] >= FEWEST
    assert len(rows) == -(-2 * rows[0]["of"] // every)
    assert {row["when"] for row in rows} == {"before", "after"}
