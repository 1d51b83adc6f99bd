"""Addressing an issue on real tables: who gets which variant, frozen in one SQLite file."""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from time import process_time

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.model import IssueState
from digest.steps.address import address
from digest.steps.lock import lock
from tests.bench.measure import Figure
from tests.making import NOW
from tests.parts import REPO

READERS = 100_000
STORIES = 120
REGIONS = ("africa", "americas", "asia-pacific", "europe", "middle-east")
TOPICS = ("politics", "business", "technology", "health", "science", "environment", "sports")
ZONES = ("", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu")
CONFIG = """
[regions.rules]
{regions}
[topics.rules]
{topics}
[[sources]]
name = "desk"
kind = "folder"
path = "desk"
[[editions]]
slug = "daily"
name = "Daily"
time = "06:00"
max_variants = {most}
  [[editions.sections]]
  take = "region"
  region = "each"
  [[editions.sections]]
  take = "topic"
  topic = "each"
  maximum = 2
  [[editions.sections]]
  take = "latest"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What addressing came to."""

    readers: int
    variants: int
    seconds: float
    #: of resident memory, at most, and how much of it was there before
    megabytes: float
    before: float


def freezing() -> Iterator[Figure]:
    """Readers addressed a CPU second, each with preferences drawn for them."""
    for most, hours, beside in (
        (0, 0.0, "as many variants as readers differ"),
        (0, 1 / 3, "the same, a third of them at hours of their own"),
        (500, 0.0, "max_variants = 500"),
    ):
        told = subprocess.run(
            [sys.executable, "-m", "tests.bench.addressing", str(READERS), str(most), str(hours)],
            cwd=REPO,
            check=True,
            capture_output=True,
            text=True,
            timeout=1800,
        )
        run = Run(**json.loads(told.stdout.splitlines()[-1]))
        yield Figure(
            name=f"addressing {READERS:,} readers",
            figure=run.readers / run.seconds,
            unit="readers/s",
            beside=(
                f"{beside}: {run.variants:,} variants, {run.seconds:.1f} s of CPU, "
                f"{run.megabytes:.0f} MB, {run.before:.0f} before"
            ),
            ratio=None,
            bar=None,
            ok=None,
        )


def run(readers: int, most: int, hours: float) -> Run:
    """Freeze an issue for so many readers; a part of them want it at ``hours`` of their own."""
    with tempfile.TemporaryDirectory() as folder:
        app = newsroom(Path(folder), most)
        app.people.import_csv(BytesIO(people(readers, hours)), now=app.clock.now(), actor="bench")
        app.tick()
        issue = app.newsroom.issues(1)[0]
        issue = lock(app.parts, issue)
        assert issue.state is IssueState.LOCKED, issue.reason
        before = _megabytes()
        start = process_time()
        issue = address(app.parts, issue)
        spent = process_time() - start
        assert issue.state is IssueState.SENDING, issue.reason
        return Run(
            readers=sum(app.newsroom.progress(issue).values()),
            variants=app.newsroom.variant_count(issue),
            seconds=spent,
            megabytes=_megabytes(),
            before=before,
        )


def newsroom(folder: Path, most: int) -> App:
    """A newsroom with a day's stories, an hour before its issue."""
    random = Random(3)
    (folder / "desk").mkdir()
    for number in range(STORIES):
        told = (
            f"title: River towns rebuild above the old flood line {number}\n"
            f"url: https://example.org/{number}/\n"
            f"categories: [{random.choice(REGIONS)}-news, {random.choice(TOPICS)}-news]\n"
            f"date: {NOW - timedelta(hours=random.uniform(1, 20))}"
        )
        (folder / "desk" / f"{number}.md").write_text(f"---\n{told}\n---\n\nText {number}.\n")
    config = CONFIG.format(
        regions="\n".join(f'"{one}-news" = "{one}"' for one in REGIONS),
        topics="\n".join(f'"{one}-news" = "{one}"' for one in TOPICS),
        most=most,
    )
    (folder / "config.toml").write_text(config)
    app = App(load(folder / "config.toml", {}), SetClock(NOW - timedelta(hours=1)))
    app.migrate()
    return app


def people(count: int, hours: float = 0.0) -> bytes:
    """A file of subscribers, each with regions, topics, a limit and a language drawn for them.

    This part of them has an hour and a zone too.
    """
    random, clock = Random(4), Random(5)
    lines = ["email,regions,topics,limit,language,hour,zone,editions,consent_source"]
    for number in range(count):
        regions = ";".join(one for one in REGIONS if random.random() < 0.5)
        topics = ";".join(one for one in TOPICS if random.random() < 0.5)
        limit, language = random.choice(("", "", "5", "10")), random.choice(("", "en", "fr"))
        when = f"{clock.randrange(24)},{clock.choice(ZONES)}" if clock.random() < hours else ","
        wants = f"{regions},{topics},{limit},{language},{when}"
        lines.append(f"r{number}@example.org,{wants},daily,form")
    return "\n".join(lines).encode()


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(asdict(run(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))))
