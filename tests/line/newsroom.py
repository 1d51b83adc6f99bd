"""A newsroom in a folder of its own, driven through the command line as its developer would."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with a config.toml."""

    path: Path

    def run(
        self, *words: str, now: str | None = None, expect: int = 0
    ) -> subprocess.CompletedProcess[str]:
        """``digest`` with these words, in this folder, to its end."""
        told = ["--now", now] if now else []
        done = subprocess.run(
            [sys.executable, "-m", "digest", *told, *words],
            cwd=self.path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == expect, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def json(self, *words: str, now: str | None = None, expect: int = 0) -> Any:
        """What ``digest … --json`` prints."""
        return json.loads(self.run(*words, "--json", now=now, expect=expect).stdout)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """``digest`` with these words, left running; its log is ``digest.log``."""
        with (self.path / "digest.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "digest", *words],
                cwd=self.path,
                env=environment(),
                stdout=log,
                stderr=log,
            )


def environment() -> dict[str, str]:
    """Ours, without what would change a newsroom's settings."""
    return {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("DIGEST_") and not key.lower().endswith("_proxy")
    }


def csv(rows: Iterable[Iterable[str]]) -> str:
    """A subscribers file."""
    head = "email,name,language,regions,topics,editions,tags,consent_source,consent_at"
    return "\n".join([head, *(",".join(row) for row in rows)]) + "\n"
