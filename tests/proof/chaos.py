"""Runs ``digest chaos`` as a user would."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.line.newsroom import environment
from tests.parts import REPO

#: kill -9 proves nothing about disks, and memory is quicker
MEMORY = Path("/dev/shm")


def chaos(*words: str, expect: int | None = 0, folder: Path | None = None) -> Mapping[str, Any]:
    """What ``digest chaos … --json`` tells."""
    place = folder or (MEMORY if os.access(MEMORY, os.W_OK) else None)
    done = subprocess.run(
        [sys.executable, "-m", "digest", "chaos", *words, "--json"],
        cwd=REPO,
        env=environment() | ({"TMPDIR": str(place)} if place else {}),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert expect is None or done.returncode == expect, f"{done.stdout}\n{done.stderr}"
    assert done.stdout, f"exit {done.returncode}: {done.stderr}"
    told: Mapping[str, Any] = json.loads(done.stdout)
    return told
