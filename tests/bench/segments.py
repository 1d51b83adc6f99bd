"""Counting and listing a segment of a million subscribers, on SQLite and PostgreSQL."""

import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import Engine

from digest.store.engine import make_engine
from subscribers import Segments, Subscribers, migrate, parse_segments, write_members
from subscribers.store import reading
from tests.bench.measure import Figure, compare
from tests.parts import postgres_bin
from tests.postgres import postgres_server
from tests.segments.many import BY_HAND, FIVE, fill
from tests.subscribers.conftest import CATALOGUE, KEYS, NOW

PEOPLE = 1_000_000
#: a count may take half as long again as one written by hand
RATIO = 1 / 1.5
SECONDS = 2.0
#: what listing may add to the memory there was
MEGABYTES = 60.0


def counting() -> Iterator[Figure]:
    """The count of five conditions beside SQL written by hand; then the list as CSV."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'people.db'}")
        yield from _on(engine, "SQLite")
    if postgres_bin() is None:
        print("PostgreSQL is not installed: apt-get install postgresql")
        return
    with postgres_server() as fresh:
        yield from _on(make_engine(fresh()), "PostgreSQL")


def _on(engine: Engine, kind: str) -> Iterator[Figure]:
    migrate(engine)
    with _told(f"{PEOPLE:,} people into {kind}"):
        fill(engine, PEOPLE)
    segments = Segments(engine, parse_segments({"five": FIVE}, CATALOGUE), CATALOGUE, lambda: NOW)
    people = Subscribers(engine, KEYS, CATALOGUE, segments)
    found = people.count("five")

    def ours() -> int:
        assert people.count("five") == found
        return 1

    def by_hand() -> int:
        with reading(engine) as connection:
            assert connection.execute(BY_HAND).scalar_one() == found
        return 1

    # The server's work is not this process's.
    told = compare(
        f"count of five, {kind}",
        ours,
        by_hand,
        unit="counts/s",
        beside="by hand",
        bar=RATIO,
        clock=time.process_time if kind == "SQLite" else time.perf_counter,
    )
    yield told
    seconds = 1 / told.figure
    yield _figure(f"  that is, of {found:,}", seconds, "s", f"at most {SECONDS:g} s", SECONDS)
    before = _megabytes()
    start = time.perf_counter()
    with Path("/dev/null").open("w", encoding="utf-8") as stream:
        written = write_members(stream, segments.members("five"))
    spent = time.perf_counter() - start
    assert written == found
    yield Figure(
        name=f"list as CSV, {kind}",
        figure=written / spent,
        unit="people/s",
        beside="",
        ratio=None,
        bar=None,
        ok=None,
    )
    more = _megabytes() - before
    yield _figure("  more memory", more, "MB", f"at most {MEGABYTES:g} MB", MEGABYTES)
    engine.dispose()


def _figure(name: str, figure: float, unit: str, beside: str, most: float) -> Figure:
    return Figure(
        name=name,
        figure=figure,
        unit=unit,
        beside=beside,
        ratio=None,
        bar=None,
        ok=figure <= most,
    )


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def _told(what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    print(f"({what}: {time.perf_counter() - start:.0f} s)")
