"""Readers who follow counted links, so many a second, while their clicks are written."""

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from digest.app import App
from digest.clock import SystemClock
from digest.config import load
from digest.model import IssueId, LinkPlace, Target
from digest.store import links
from digest.store.engine import writing
from digest.store.tables import issue
from tests.bench.measure import Figure
from tests.line.newsroom import Folder
from tests.trust.one_click import DATABASE, Left
from tests.trust.serving import at_work, sample

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
#: what is counted is written within so many seconds
WRITTEN = 6


def newsroom(path: Path, count: int) -> tuple[Folder, Sequence[str]]:
    """A sample newsroom with an issue that went, and the paths of its links."""
    folder = sample(path)
    app = App(load(path / "config.toml", {}), SystemClock())
    app.migrate()
    now = app.clock.now()
    with writing(app.engine) as connection:
        connection.execute(
            sa.insert(issue).values(
                id=1,
                edition="morning",
                local_date=now.date(),
                sequence=1,
                scheduled_at=now,
                state="sent",
            )
        )
        wanted = [
            Target(url=f"https://meridian.example/{one}", place=LinkPlace.STORY)
            for one in range(count)
        ]
        made = links.make(connection, IssueId(1), wanted)
    paths = [app.parts.links.path(one) for one in made.values()]
    app.engine.dispose()
    return folder, paths


def follow(url: str, paths: Sequence[str], seconds: int, per_second: float) -> Left:
    """Ask for the paths in turn, each on a connection of its own, at this rate."""
    return asyncio.run(_follow(url, paths, seconds, per_second))


async def _follow(url: str, paths: Sequence[str], seconds: int, per_second: float) -> Left:
    host, port = urlsplit(url).hostname, urlsplit(url).port
    begun = time.perf_counter() + 0.1

    async def one(number: int) -> float:
        due = begun + number / per_second
        await asyncio.sleep(due - time.perf_counter())
        reader, writer = await asyncio.open_connection(host, port)
        path = paths[number % len(paths)]
        head = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n"
        writer.write(f"{head}User-Agent: {AGENT}\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 302 "), answer[:200]
        return time.perf_counter() - due

    took = await asyncio.gather(*(one(number) for number in range(int(seconds * per_second))))
    return Left(tuple(took), 0)


def counted(database: Path, wanted: int) -> int:
    """How many clicks are written, once they are ``wanted`` or time is up."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as another:
        for _ in range(WRITTEN * 10):
            (found,) = another.execute("SELECT coalesce(sum(clicks), 0) FROM click").fetchone()
            if found >= wanted:
                break
            time.sleep(0.1)
    return int(found)


def spent(pid: int) -> float:
    """The CPU seconds of a process so far, of all its threads (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bench(seconds: int = 20, per_second: int = 200) -> Iterator[Figure]:
    """Milliseconds until a counted link leads on, at the 99th percentile, and of CPU; SQLite."""
    wanted = seconds * per_second
    with tempfile.TemporaryDirectory() as name:
        folder, paths = newsroom(Path(name), 40)
        with at_work(folder) as (url, pid):
            before = spent(pid)
            took = follow(url, paths, seconds, per_second)
            assert counted(Path(name) / DATABASE, wanted) == wanted
            cpu = spent(pid) - before
    for share in (0.5, 0.99):
        found = took.percentile(share)
        yield Figure(
            name=f"clicks at {per_second}/s, {share:.0%}",
            figure=found * 1000,
            unit="ms",
            ratio=0.1 / found if share > 0.9 else None,
            bar=1.0 if share > 0.9 else None,
            beside="a tenth of a second, over what it took",
            ok=found < 0.1 if share > 0.9 else None,
        )
    yield Figure(
        name="CPU of a click",
        figure=cpu / wanted * 1000,
        unit="ms",
        ratio=None,
        bar=None,
        beside="a connection of its own, over http",
        ok=None,
    )
