"""``digest`` in a process of its own, whose imports are made already and word lists read.

A command spends most of its time on these. One process here does both once and becomes each
command by a fork: environment, folder, streams, signals and exit code are those of a real start.
What a start itself does (PYTHONHASHSEED, the first import) is for a test that starts one.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.parts import REPO

#: what only scripts, or Alembic, import
APART = ("__main__", "migrations.", "digest.data.", "sample.build_")


@dataclass(slots=True)
class Started:
    """A command at work, used as one of ``subprocess``."""

    pid: int
    returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = _ask({"look": self.pid})
        return self.returncode

    def wait(self, timeout: float = 240) -> int:
        """Its exit code. Raises TimeoutExpired."""
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"digest {self.pid}", timeout)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(
    words: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    out: Path,
    err: Path,
    *,
    stdin: Path = Path(os.devnull),
) -> Started:
    """``digest`` with these words, in this folder, left running; adds to ``out`` and ``err``."""
    told = {"words": list(words), "folder": str(folder), "environment": dict(environment)}
    return Started(_ask(told | {"streams": [str(stdin), str(out), str(err)]}))


def _ask(told: Mapping[str, object]) -> Any:
    process = _process()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(told) + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


@cache
def _process() -> "subprocess.Popen[str]":
    """The process that becomes commands: one for all tests of this one."""
    made = subprocess.Popen(
        [sys.executable, "-m", "tests.warm"],
        cwd=REPO,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(made.communicate)  # its input ends, and with that the process
    return made


def _make_ready() -> None:
    """Import what commands import, and read what they read."""
    for name in ("digest", "subscribers"):
        package = importlib.import_module(name)
        for one in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not any(part in one.name for part in APART):
                importlib.import_module(one.name)
    # What they read once in a process, and nothing that a test sets changes.
    for name in ("gazetteer", "topics"):
        importlib.import_module(f"digest.curate.{name}").load()
    # No collection in a child then copies the pages of what is here.
    gc.freeze()


def _become(told: Mapping[str, Any]) -> None:
    """Be a fresh ``digest`` from here on."""
    for number, file in enumerate(told["streams"]):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND if number else os.O_RDONLY
        opened = os.open(file, flags, 0o644)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(told["folder"])
    os.environ.clear()
    os.environ.update(told["environment"])
    sys.argv = ["digest", *told["words"]]


def _serve() -> bool:
    """Answer each line, with a process or how it ended; true in what is to be a command."""
    for line in sys.stdin:
        told = json.loads(line)
        answer = None
        if "look" in told:
            ended, status = os.waitpid(told["look"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if ended else None
        else:
            answer = os.fork()
            if answer == 0:
                _become(told)
                return True
        print(json.dumps(answer), flush=True)
    return False


if __name__ == "__main__":
    _make_ready()
    if _serve():
        runpy.run_module("digest", run_name="__main__", alter_sys=True)
