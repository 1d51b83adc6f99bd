"""What each peer is told, and how it answers. Uses the standard library alone: peers import it."""

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Task:
    """Ten stories to so many readers over SMTP on loopback."""

    port: int
    readers: int
    folder: str
    #: headline, standfirst, address
    stories: list[list[str]]

    def save(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls) -> "Task":
        """From the file named on the command line."""
        return cls(**json.loads(Path(sys.argv[1]).read_text()))

    def addresses(self) -> list[str]:
        return [f"reader{number}@example.com" for number in range(self.readers)]


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def timed(send: Callable[[], object]) -> None:
    """Send, and print what it took."""
    cpu, begun = _cpu(), time.monotonic()
    send()
    told = {"cpu": _cpu() - cpu, "seconds": time.monotonic() - begun}
    sys.stdout.write(json.dumps(told) + "\n")
