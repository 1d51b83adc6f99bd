"""A newsroom in a folder of its own, driven through the command line as its developer would."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import warm


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with a config.toml."""

    path: Path

    def run(
        self, *words: str, now: str | None = None, expect: int = 0
    ) -> subprocess.CompletedProcess[str]:
        """``digest`` with these words, in this folder, to its end."""
        with tempfile.TemporaryDirectory() as name:
            out, err = Path(name) / "out", Path(name) / "err"
            process = warm.start(_words(words, now), self.path, environment(), out, err)
            try:
                code = process.wait(240)
            finally:
                process.kill()
            told = out.read_text(), err.read_text()
        assert code == expect, f"{words}: {code}\n{''.join(told)}"
        return subprocess.CompletedProcess(words, code, *told)

    def run_anew(self, *words: str, now: str | None = None) -> None:
        """The same in an interpreter that is started for it."""
        command = [sys.executable, "-m", "digest", *_words(words, now)]
        subprocess.run(command, cwd=self.path, env=environment(), timeout=240, check=True)

    def json(self, *words: str, now: str | None = None, expect: int = 0) -> Any:
        """What ``digest … --json`` prints."""
        return json.loads(self.run(*words, "--json", now=now, expect=expect).stdout)

    def start(self, *words: str) -> warm.Started:
        """``digest`` with these words, left running; its log is ``digest.log``."""
        log = self.path / "digest.log"
        return warm.start(words, self.path, environment(), log, log)


def _words(words: Iterable[str], now: str | None) -> list[str]:
    return [*(("--now", now) if now else ()), *words]


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
