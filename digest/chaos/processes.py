"""Processes of ours: forked, since a warm start takes milliseconds, and ended by their own id."""

import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from digest.logs import configure


@dataclass(slots=True)
class Child:
    """A process that tells by lines how far it has come."""

    pid: int
    _lines: int
    _rest: bytes = b""
    _status: int | None = None
    #: it has ended, or is about to
    silent: bool = False

    def hear(self, seconds: float) -> Iterator[str]:
        """The lines of the next ``seconds``, as they come; ends early when the child does."""
        end = time.monotonic() + seconds
        while True:
            ready, _, _ = select.select([self._lines], [], [], max(end - time.monotonic(), 0))
            if not ready:
                return
            told = os.read(self._lines, 65536)
            if not told:
                self.silent = True
                return
            *whole, self._rest = (self._rest + told).split(b"\n")
            yield from (line.decode() for line in whole)

    def kill(self) -> bool:
        """End it at once with SIGKILL; whether that met it alive."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        return self.wait() == -signal.SIGKILL

    def wait(self) -> int:
        """Its exit status, once it has ended; negative: the signal that ended it."""
        if self._status is None:
            _, status = os.waitpid(self.pid, 0)
            self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def close(self) -> None:
        """Hear no more of it."""
        os.close(self._lines)


#: tells the parent one line
Tell = Callable[[str], None]


def fork(work: Callable[[Tell], int], log: Path) -> Child:
    """Do ``work`` in a child; it returns the exit status. What it prints goes to ``log``.

    Only from a process without threads.
    """
    lines, telling = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if not pid:
        _in_the_child(work, log, telling)
    os.close(telling)
    return Child(pid, lines)


def _in_the_child(work: Callable[[Tell], int], log: Path, telling: int) -> NoReturn:
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.dup2(out, 1)
        os.dup2(out, 2)
        configure(verbose=True)
        status = work(lambda line: _say(telling, line))
    except BaseException:  # noqa: BLE001 - nothing of the parent's may run here
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _say(telling: int, line: str) -> None:
    os.write(telling, f"{line}\n".encode())


@contextmanager
def background(work: Callable[[Tell], int], log: Path) -> Iterator[Child]:
    """A child that works as long as the block lasts."""
    child = fork(work, log)
    try:
        yield child
    finally:
        child.kill()
        child.close()
