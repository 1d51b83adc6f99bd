"""The CPU that a PostgreSQL server of the tests took, beside our own."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import Engine

#: /proc counts CPU in these
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A server on this machine, by its first process."""

    pid: int

    @classmethod
    def of(cls, engine: Engine) -> "Server":
        """The server behind an engine whose URL names its socket's folder."""
        folder = Path(str(engine.url.query["host"]))
        return cls(int((folder / "data" / "postmaster.pid").read_text().split()[0]))

    def clock(self) -> float:
        """CPU seconds of this process and of all the server's, ended ones too."""
        own, ended = _cpu(self.pid)
        children = sum(_cpu(pid)[0] for pid in self._children())
        return time.process_time() + own + ended + children

    def _children(self) -> list[int]:
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]


def _cpu(pid: int) -> tuple[float, float]:
    """Of a process, and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0, 0.0
    user, system, waited_user, waited_system = map(int, fields[11:15])
    return (user + system) / TICK, (waited_user + waited_system) / TICK
