"""Reading feeds: real ones against feedparser's own way, and a pass over a thousand hosts."""

import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import feedparser

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.logs import configure
from digest.model import GatherStatus
from digest.sources import entries, feed_stories
from digest.sources.parse_worker import parse_document
from digest.steps.gather import GatherReport, gather
from tests.bench.hosts import address
from tests.bench.measure import Figure, compare
from tests.making import NOW
from tests.parts import SHARED_DATA

HOSTS = 1_000
REAL = SHARED_DATA / "feeds" / "real"


def real_feeds() -> Iterator[Figure]:
    """From bytes to clean stories, against feedparser with its defaults on the same bodies.

    Ours is all that a poll does with a body: repair, parsing, the way between the processes,
    dates, cleaning, names. A bar of 2 is half of feedparser's CPU.
    """
    if not REAL.exists():
        print("real feeds: skipped, the evaluation data is absent")
        return
    bodies = [file.read_bytes() for file in sorted(REAL.iterdir())]

    def ours() -> int:
        for body in bodies:
            crossed = json.dumps({"feed": entries.dump(parse_document(body))})
            feed_stories.stories(
                "bench",
                entries.load(json.loads(crossed)["feed"]),
                url="https://example.org/",
                zone=None,
                language="",
                pick_categories=(),
                pick_tags=(),
            )
        return len(bodies)

    def theirs() -> int:
        for body in bodies:
            feedparser.parse(io.BytesIO(body))
        return len(bodies)

    yield compare(
        f"{len(bodies)} real feeds to stories",
        ours,
        theirs,
        unit="feeds/s",
        beside="feedparser.parse with its defaults",
        bar=2,
        rounds=3,
    )


def thousand_hosts() -> Iterator[Figure]:
    """One pass over a thousand sources on as many hosts, after a first pass that learnt them."""
    configure(verbose=False)  # not a line a source
    with tempfile.TemporaryDirectory() as folder, _hosts() as server:
        assert server.stdout is not None
        assert server.stdin is not None
        app = _newsroom(Path(folder), int(server.stdout.readline()))
        clock = app.clock
        assert isinstance(clock, SetClock)
        gather(app.parts)
        clock.at += timedelta(hours=2)
        kept: dict[str, float] = {}

        def done(report: GatherReport) -> None:
            kept[report.source] = time.monotonic() - started

        started, used = time.monotonic(), time.process_time()
        reports = gather(app.parts, done=done)
        spent = time.process_time() - used
        server.stdin.close()
        most = json.loads(server.stdout.readline())["most"]
        app.engine.dispose()
    unchanged = sum(one.status is GatherStatus.NOT_MODIFIED for one in reports)
    hung = kept.pop(reports[-1].source)
    yield Figure(
        name=f"{HOSTS} sources, {unchanged / HOSTS:.0%} unchanged",
        figure=1000 * spent / HOSTS,
        unit="ms CPU each",
        beside=f"at most {most} connection a host; all in {max(kept.values()):.1f} s, "
        f"the one that hangs {hung:.1f} s",
        ratio=None,
        bar=None,
        ok=most == 1 and max(kept.values()) < hung and len(kept) == HOSTS - 1,
    )


def _hosts() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bench.hosts", str(HOSTS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _newsroom(folder: Path, port: int) -> App:
    lines = ["[gather]", 'allow_private = ["127.0.0.0/8"]']
    for number in range(HOSTS):
        url = f"http://{address(number)}:{port}/feed"
        lines += ["[[sources]]", f'name = "s{number}"', 'kind = "feed"', f'url = "{url}"']
    file = folder / "config.toml"
    file.write_text("\n".join(lines))
    app = App(load(file), SetClock(NOW))
    app.migrate()
    return app
