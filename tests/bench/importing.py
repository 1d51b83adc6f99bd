"""Importing people, beside inserting the very rows that an import makes into the same tables.

The rows are made as they are read, so neither way holds them. The other way has done all the
thinking beforehand: it writes finished rows, table by table, as fast as its database takes them.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import RawIOBase
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine

from digest.store.engine import make_engine
from subscribers import Catalogue, Keys, LeaveSecret, Subscribers, migrate
from subscribers.tables import metadata
from tests.bench.measure import ROUNDS, Figure, compare
from tests.parts import REPO, postgres_bin
from tests.postgres import postgres_server

ROWS, MANY = 200_000, 1_000_000
#: rows in one transaction of the other way
RUN = 5_000
BAR = 0.15
#: MB of resident memory that no import may pass, whatever its length
ROOM = 200
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
HEADER = "email,name,language,regions,topics,editions,tags,consent_source,consent_at\n"
TOPICS = ("business", "health", "sports", "science")
REGIONS = ("africa", "europe", "asia-pacific", "americas")
#: tables that an import fills, parents first
FILLED = (
    "subscriber",
    "preference",
    "tag",
    "subscription",
    "leave_key",
    "consent_event",
    "event",
)
CATALOGUE = Catalogue(
    editions={"morning": "Morning Briefing", "weekly": "World Weekly"},
    regions={one: one for one in REGIONS},
    topics={one: one for one in TOPICS},
    languages={"en": "English", "fr": "Français"},
)
KEYS = Keys(
    leave=(LeaveSecret("k1", "leave secret of the bench, thirty-two and more"),),
    manage=("manage secret of the bench, thirty-two and more",),
    pepper="pepper of the bench, thirty-two characters and more",
)


class People(RawIOBase):
    """A CSV of so many people, made while it is read."""

    def __init__(self, count: int) -> None:
        self._lines = self._made(count)

    @staticmethod
    def _made(count: int) -> Iterator[bytes]:
        yield HEADER.encode()
        for number in range(count):
            region, topic = REGIONS[number % 4], TOPICS[number // 4 % 4]
            editions = "morning;weekly" if number % 5 == 0 else "morning"
            tag = "member" if number % 3 == 0 else ""
            language = "fr" if number % 4 == 0 else "en"
            yield (
                f"reader{number}@host{number % 997}.example,Reader {number},{language},{region},"
                f"{topic},{editions},{tag},paper form,2026-01-{number % 28 + 1:02}\n"
            ).encode()

    def readable(self) -> bool:
        """It is."""
        return True

    def readline(self, size: int | None = -1, /) -> bytes:
        """The next line; none is long."""
        del size
        return next(self._lines, b"")


def house(engine: Engine) -> Subscribers:
    """An empty house of subscribers."""
    return Subscribers(engine, KEYS, CATALOGUE, {})


def run() -> Iterator[Figure]:
    """200,000 rows on each database."""
    with tempfile.TemporaryDirectory() as folder:
        numbers = iter(range(1_000))
        yield _beside(
            "SQLite",
            lambda: f"sqlite:///{folder}/{next(numbers)}.sqlite3",
            time.process_time,
        )
    if postgres_bin() is not None:
        with postgres_server() as fresh:
            # Of the server too, which CPU of this process would leave out.
            yield _beside("PostgreSQL", fresh, time.perf_counter)


def million() -> Iterator[Figure]:
    """1,000,000 rows: memory must not have grown since 200,000."""
    few, many = _memory(ROWS), _memory(MANY)
    yield Figure(
        name="import of 1,000,000: peak memory",
        figure=many,
        unit="MB",
        beside=f"at most {ROOM}, and at most 1.1 × that of {ROWS:,} ({few:,.0f})",
        ratio=None,
        bar=None,
        ok=many <= ROOM and many <= 1.1 * few,
    )


def _memory(count: int) -> float:
    """Peak memory of a process that imports so many."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench.importing", str(count)],
        cwd=REPO,
        check=True,
        capture_output=True,
        text=True,
        timeout=7200,
    )
    return float(told.stdout)


def _beside(
    name: str,
    url: Callable[[], str],
    clock: Callable[[], float],
    rows: int = ROWS,
    rounds: int = ROUNDS,
) -> Figure:
    made = _fresh(url)
    taken(made, rows)
    with made.connect() as connection:
        finished = {
            one: [
                tuple(row) for row in connection.exec_driver_sql(f"SELECT {_names(one)} FROM {one}")
            ]
            for one in FILLED
        }
    made.dispose()
    engines = iter([_fresh(url) for _ in range(2 * rounds)])
    return compare(
        f"import of {rows:,} people, {name}",
        lambda: taken(next(engines), rows),
        lambda: _inserted(next(engines), finished, rows),
        unit="rows/s",
        beside="finished rows inserted into the same tables",
        bar=BAR,
        rounds=rounds,
        clock=clock,
    )


def _fresh(url: Callable[[], str]) -> Engine:
    engine = make_engine(url())
    migrate(engine)
    return engine


def taken(engine: Engine, count: int) -> int:
    """Import so many; all must go in."""
    report = house(engine).import_csv(People(count), now=NOW, actor="bench")  # type: ignore[arg-type]  # read as lines
    assert report.added == count, report
    engine.dispose()
    return count


def _inserted(engine: Engine, finished: dict[str, list[tuple[Any, ...]]], count: int) -> int:
    """Insert finished rows, in transactions of ``RUN``: executemany, and COPY on PostgreSQL."""
    for table, rows in finished.items():
        names = _names(table)
        marks = ", ".join("?" for _ in metadata.tables[table].columns)
        for start in range(0, len(rows), RUN):
            run = rows[start : start + RUN]
            with engine.begin() as connection:
                if engine.dialect.name == "sqlite":
                    connection.exec_driver_sql(
                        f"INSERT INTO {table} ({names}) VALUES ({marks})", run
                    )
                    continue
                cursor: Any = connection.connection.cursor()
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for row in run:
                        copy.write_row(row)
    engine.dispose()
    return count


def _names(table: str) -> str:
    return ", ".join(one.name for one in metadata.tables[table].columns)


def main() -> None:
    """Import so many into SQLite, and tell the peak memory in MB."""
    with tempfile.TemporaryDirectory() as folder:
        taken(_fresh(lambda: f"sqlite:///{Path(folder) / 'people.sqlite3'}"), int(sys.argv[1]))
    sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


if __name__ == "__main__":
    main()
