"""Mail clients that leave by RFC 8058, so many a second, whether or not answers keep up."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from digest.app import App
from digest.clock import SystemClock
from digest.config import load
from tests.bench.measure import Figure
from tests.line.newsroom import Folder, csv
from tests.trust.serving import sample, served

EDITION = "morning"
BODY = b"List-Unsubscribe=One-Click"
DATABASE = Path("var/digest.sqlite3")


@dataclass(frozen=True, slots=True)
class Left:
    """How long each took, in seconds, from when it was due until another connection saw it."""

    seconds: tuple[float, ...]
    #: answered with 200, but not to be seen yet
    unseen: int

    def percentile(self, share: float) -> float:
        """So many of all took no longer."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


def newsroom(path: Path, readers: int) -> tuple[Folder, Mapping[int, str]]:
    """A sample newsroom with so many readers; each one's leave path, as a mail carries it."""
    folder = sample(path)
    rows = (
        (f"r{one}@example.org", "", "", "", "", EDITION, "", "form", "") for one in range(readers)
    )
    (path / "people.csv").write_text(csv(rows))
    folder.run("subscribers", "import", "people.csv")
    app = App(load(path / "config.toml", {}), SystemClock())
    now = app.clock.now()
    found = {}
    for start in range(1, readers + 1, 500):
        ids = range(start, min(start + 500, readers + 1))
        for who, told in app.people.recipients(EDITION, ids, now).items():
            assert not isinstance(told, str)
            found[who] = told.leave_path
    app.engine.dispose()
    return folder, found


def leave(url: str, database: Path, paths: Mapping[int, str], per_second: float) -> Left:
    """Post to each path in turn, on a connection of its own, at this rate."""
    return asyncio.run(_leave(url, database, paths, per_second))


async def _leave(url: str, database: Path, paths: Mapping[int, str], per_second: float) -> Left:
    host, port = urlsplit(url).hostname, urlsplit(url).port
    another = sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)
    begun = time.perf_counter() + 0.1
    unseen = 0

    async def one(number: int, who: int, path: str) -> float:
        nonlocal unseen
        due = begun + number / per_second
        await asyncio.sleep(due - time.perf_counter())
        reader, writer = await asyncio.open_connection(host, port)
        head = f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n"
        kind = "Content-Type: application/x-www-form-urlencoded\r\n"
        writer.write(f"{head}{kind}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY)
        answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 200 "), answer[:200]
        state = "SELECT state FROM subscription WHERE subscriber_id = ?"
        unseen += another.execute(state, [who]).fetchone() != ("left",)
        return time.perf_counter() - due

    took = await asyncio.gather(
        *(one(at, who, path) for at, (who, path) in enumerate(paths.items()))
    )
    another.close()
    return Left(tuple(took), unseen)


def bench(seconds: int = 20, per_second: int = 200) -> Iterator[Figure]:
    """Milliseconds until a one-click leave is durable, at the 99th percentile; SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        room, paths = newsroom(Path(folder), seconds * per_second)
        with served(room) as url:
            left = leave(url, Path(folder) / DATABASE, paths, per_second)
    assert left.unseen == 0
    for share in (0.5, 0.99):
        took = left.percentile(share)
        yield Figure(
            name=f"one-click at {per_second}/s, {share:.0%}",
            figure=took * 1000,
            unit="ms",
            ratio=1 / took if share > 0.9 else None,
            bar=1.0 if share > 0.9 else None,
            beside="a second, over what it took",
            ok=took < 1 if share > 0.9 else None,
        )
