"""Memory: address, send and settle a large audience on SQLite, in a process of its own.

The transport makes each message whole and throws it away, with a journal as others keep one.
``python -m tests.bench.million`` does it for a million readers; ``make bench`` for 100,000.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import product
from pathlib import Path

import sqlalchemy as sa

from digest import bundled, pipeline, sample
from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.deliver.transports.answer import outcome
from digest.deliver.writer import MessageWriter
from digest.logs import configure
from digest.model import DeliveryState, Message, Outcome
from digest.protocols import Journal
from digest.store.engine import writing
from tests.bench.measure import Figure

AT = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
#: the issue asks for no more than this, however many readers there are
BAR_MB = 300
SHORT, LONG = 99_972, 1_000_008  # as often as each choice goes

REGIONS = ("", "africa", "europe", "asia", "africa;europe", "asia;europe")
TOPICS = ("", "politics", "business", "health", "sports", "business;health")
CHOICES = tuple(product(REGIONS, TOPICS))

#: an import checks every row, which takes longer than all that is measured: the first are copied
MANY = (
    """
    WITH RECURSIVE copy (number) AS (
      SELECT 1 UNION ALL SELECT number + 1 FROM copy WHERE number < :copies
    )
    INSERT INTO subscriber (email, email_key, address_hash, name, language, joined_at, created_at)
    SELECT 'c' || number || email, 'c' || number || email_key, lower(hex(randomblob(32))),
    name, language, joined_at, created_at
    FROM copy, subscriber WHERE id <= :kinds ORDER BY number, id
    """,
    """
    INSERT INTO subscription (subscriber_id, edition, state, joined_at)
    SELECT id, 'morning', 'active', joined_at FROM subscriber WHERE id > :kinds
    """,
    """
    INSERT INTO preference (subscriber_id, kind, value)
    SELECT one.id, kind, value FROM subscriber AS one
    JOIN preference ON preference.subscriber_id = (one.id - 1) % :kinds + 1 WHERE one.id > :kinds
    """,
)


@dataclass(frozen=True, slots=True)
class Nowhere:
    """Takes every message and keeps none."""

    write: MessageWriter
    name: str = "nowhere"
    batch_size: int = 1_000

    def send(self, batch: str, messages: Sequence[Message], journal: Journal) -> Iterator[Outcome]:
        journal.handing_over(message.subscriber for message in messages)
        for message in messages:
            self.write(message)
            answer = outcome(message, DeliveryState.ACCEPTED, f"250 {message.ref}")
            journal.settled([answer])
            yield answer

    def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
        return {}


def open_app(folder: Path) -> App:
    configure(verbose=False)
    return App(load(folder / "config.toml"), SetClock(AT))


def prepare(folder: Path, readers: int) -> None:
    """The sample newsroom with that many readers of their own choices."""
    shutil.copy(bundled.sample_config(), folder / "config.toml")
    app = open_app(folder)
    app.migrate()
    sample.write(folder / "var/sample", AT, "http://127.0.0.1:8000/sample")
    rows = "".join(
        f"r{number}@example.org,{','.join(choice)},morning,form\n"
        for number, choice in enumerate(CHOICES)
    )
    head = "email,regions,topics,editions,consent_source\n"
    app.people.import_csv(BytesIO((head + rows).encode()), now=AT, actor="bench")
    with writing(app.engine) as connection:
        for statement in MANY:
            told = {"kinds": len(CHOICES), "copies": readers // len(CHOICES) - 1}
            connection.execute(sa.text(statement), told)
    app.people.issue_leave_keys()
    pipeline.refresh(app.parts)
    app.engine.dispose()


def walk(folder: Path) -> dict[str, float]:
    """Address, send and settle, here; what it took of memory (megabytes), CPU and time."""
    app = open_app(folder)
    parts = replace(app.parts, transport=Nowhere(MessageWriter()))
    issue = pipeline.today(parts, parts.edition("morning"))
    begun, cpu = time.monotonic(), time.process_time()
    settled: list[float] = []
    sent = pipeline.send_now(parts, issue, lambda _: settled.append(time.process_time()))
    counts = app.newsroom.progress(sent)
    return {
        "megabytes": _peak_megabytes(),
        "cpu": time.process_time() - cpu,
        # until the first batch was settled: composed, locked, everybody selected for, frozen
        "address": settled[0] - cpu,
        "seconds": time.monotonic() - begun,
        "accepted": counts.get(DeliveryState.ACCEPTED, 0),
        "variants": app.newsroom.variant_count(sent),
    }


def _peak_megabytes() -> float:
    # Not ru_maxrss: that counts what the process held that started this one.
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(peak) / 1024


def measure(readers: int) -> Iterator[Figure]:
    """The peak of a child's memory, and its CPU."""
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name), readers)
        child = subprocess.run(
            [sys.executable, "-m", "tests.bench.million", name], stdout=subprocess.PIPE, check=True
        )
    told = json.loads(child.stdout)
    assert told["accepted"] == readers, told
    yield Figure(
        name=f"memory, {readers:,} readers",
        figure=told["megabytes"],
        unit="MB",
        beside=f"{told['variants']:.0f} variants, bar in MB",
        ratio=told["megabytes"],
        bar=BAR_MB,
        ok=told["megabytes"] <= BAR_MB,
    )
    parts = {
        "addressed": told["address"],
        "sent and settled": told["cpu"] - told["address"],
        "the whole": told["cpu"],
    }
    for name, cpu in parts.items():
        yield Figure(
            name=f"{readers:,} readers, {name}",
            figure=readers / cpu,
            unit="readers/s",
            beside=f"{told['seconds']:.0f} s by the clock for the whole",
            ratio=None,
            bar=None,
            ok=None,
        )


def hundred_thousand() -> Iterator[Figure]:
    """The short form, for ``make bench``."""
    yield from measure(SHORT)


def main(words: Sequence[str]) -> int:
    """Without an argument measure the long form; with a folder be the child."""
    if words:
        json.dump(walk(Path(words[0])), sys.stdout)
        return 0
    figures = list(measure(LONG))
    for one in figures:
        print(f"{one.name}: {one.figure:,.0f} {one.unit} ({one.beside})")
    return 0 if all(one.ok is not False for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
