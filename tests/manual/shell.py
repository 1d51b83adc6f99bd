"""A shell in which ``digest`` is the program under test, forked from one warm process.

A small program of that name stands first in PATH. It tells this process, by a socket, its words,
folder, environment and streams, and ends as the command ended.
"""

import json
import os
import select
import shutil
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests import warm
from tests.line.newsroom import environment
from tests.manual.blocks import Block

_PROGRAM = """\
#!{python} -IS
import json, os, signal, socket, sys
asked = socket.socket(socket.AF_UNIX)
asked.connect({socket!r})
told = asked.makefile("rw")
what = {{"words": sys.argv[1:], "folder": os.getcwd(), "pid": os.getpid()}}
print(json.dumps({{**what, "environment": dict(os.environ)}}), file=told, flush=True)
child = int(told.readline())
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda got, _: os.kill(child, got))
sys.exit(int(told.readline()) % 256)
"""
_REAL = '#!/bin/sh\nexec {python} -m digest "$@"\n'
#: commands that run on, and so by the real clock
_BY_THE_CLOCK = {"run", "serve", "schedule", "worker"}
_LOCK = threading.Lock()


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        told = json.loads(self.rfile.readline())
        streams = [Path(f"/proc/{told['pid']}/fd/{number}") for number in range(3)]
        words = list(told["words"])
        now = told["environment"].pop("NOW", None)
        if now and not _BY_THE_CLOCK & set(words[:1]) and "--now" not in words:
            words = ["--now", now, *words]
        with _LOCK:
            started = warm.start(
                words,
                Path(told["folder"]),
                told["environment"],
                streams[1],
                streams[2],
                stdin=streams[0],
            )
        self.wfile.write(f"{started.pid}\n".encode())
        self.wfile.flush()
        while (code := _code(started)) is None:
            gone, _, _ = select.select([self.request], [], [], 0.01)
            if gone:
                # Whoever killed the program killed the command.
                started.kill()
                return
        self.wfile.write(f"{code}\n".encode())


def _code(started: warm.Started) -> int | None:
    with _LOCK:
        return started.poll()


@contextmanager
def programs() -> Iterator[Path]:
    """A folder with the program ``digest``, to stand first in PATH."""
    folder = Path(tempfile.mkdtemp(prefix="manual"))
    program = folder / "bin" / "digest"
    program.parent.mkdir()
    place = str(folder / "asked")
    here = Path("/proc/self/fd").exists()
    text = _PROGRAM if here else _REAL
    program.write_text(text.format(python=sys.executable, socket=place), "utf-8")
    program.chmod(0o755)
    # The interpreter that has what a checkout installs.
    python = program.parent / "python3"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', "utf-8")
    python.chmod(0o755)
    server = socketserver.ThreadingUnixStreamServer(place, _Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield program.parent
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        shutil.rmtree(folder)


@dataclass(frozen=True, slots=True)
class Shell:
    """One shell for all blocks of a page. ``now`` is what time commands take it for."""

    programs: Path
    folder: Path
    now: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    #: whether the folder is made first, empty
    make: bool = False

    def run(self, given: Sequence[Block], *, expect: bool = True) -> str:
        """What they print. Fails at the first block that does not end as its fence says."""
        if self.make:
            self.folder.mkdir()
        printed = self.folder.parent / f"{self.folder.name}.printed"
        # Appended to, by all who write there.
        with printed.open("a", encoding="utf-8") as out:
            done = subprocess.run(
                ["bash", "-c", _script(given)],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                timeout=240,
                check=False,
            )
        text = printed.read_text("utf-8")
        if expect:
            assert done.returncode == 0, f"a block ended with {done.returncode}:\n{text[-3000:]}"
        return text

    def _environment(self) -> dict[str, str]:
        told = {
            **environment(),
            "HOME": str(self.folder),
            "EDITOR": "true",
            "no_proxy": "*",
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            **self.settings,
        }
        return {**told, "NOW": self.now} if self.now else told


def free_port() -> int:
    """A port of this machine that nobody had a moment ago."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _script(given: Sequence[Block]) -> str:
    # What a page left running ends with its shell.
    lines = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT"]
    for one in given:
        lines.append(f"echo '::: line {one.line}'")
        if one.exit_code:
            ended = f'code=$?; set -e; [ "$code" = {one.exit_code} ] || exit "$code"'
            lines += ["set +e", f"(\n{one.body}\n)", ended]
        else:
            lines.append(one.body)
    return "\n".join(lines)
