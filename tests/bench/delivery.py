"""The ledger: freezing an audience and settling it, against bare inserts of the same rows.

On both databases. A provider answers for a whole batch (SendGrid) or for each message (SMTP).
"""

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine

from digest.model import DeliveryState, IssueId, Outcome, Selected, VariantId
from digest.schedule.occurrences import Occurrence
from digest.store import issues, ledger, variants
from digest.store.engine import make_engine, writing
from digest.store.migrations import migrate
from tests.bench.measure import Figure, compare
from tests.bench.server import Server
from tests.making import NOW
from tests.parts import PARTS
from tests.postgres import postgres_server

READERS = 20_000
BATCH = 1_000
LEASE = timedelta(minutes=5)
AT = "2026-11-24 06:00:00.000000"
BAR = 0.2

_BATCH = "INSERT INTO batch (issue_id, number, state, attempt, note) VALUES "
_COLUMNS = "(issue_id, number, subscriber_id, variant_id, state, code, provider_id, at)"


def alike(_: int) -> str:
    """What a provider says that answers for a whole batch."""
    return "202"


def each(who: int) -> str:
    """What a provider says that answers for each message."""
    return f"250 2.0.0 Ok: queued as {who:08X}"


@dataclass(slots=True)
class Bench:
    """A database, and both ways of writing the same rows into it."""

    engine: Engine
    #: writes the rows of one batch in their final state, and commits
    write: Callable[[IssueId, int, VariantId, Callable[[int], str]], None]
    days: "count[int]" = field(default_factory=count)

    def fresh(self) -> tuple[IssueId, VariantId]:
        day = NOW.date() + timedelta(days=next(self.days))
        with writing(self.engine) as connection:
            issue = issues.open_issue(connection, "daily", Occurrence(local_date=day, at=NOW))
            only = Selected(sections=(), language="en")
            return issue.id, variants.save(connection, issue.id, {"key": only})["key"]

    def ours(self, code: Callable[[int], str]) -> int:
        """Frozen, then claimed and settled batch by batch: two commits each."""
        issue, variant = self.fresh()
        with writing(self.engine) as connection:
            frozen = ((reader, variant) for reader in range(READERS))
            ledger.freeze(connection, issue, frozen, {}, BATCH)
        while True:
            with writing(self.engine) as connection:
                batch = ledger.claim(connection, issue, "bench", NOW, LEASE)
            if batch is None:
                return READERS
            outcomes = [
                Outcome(subscriber=who, state=DeliveryState.ACCEPTED, code=code(who))
                for who in batch.deliveries
            ]
            with writing(self.engine) as connection:
                ledger.settle(connection, batch, "bench", outcomes, NOW)

    def bare(self, code: Callable[[int], str]) -> int:
        """What no ledger can beat: each row once, in its final state, nothing checked."""
        issue, variant = self.fresh()
        for number in range(READERS // BATCH):
            self.write(issue, number, variant, code)
        return READERS

    def figures(self, told: str, clock: Callable[[], float]) -> Iterator[Figure]:
        for name, code in (("one answer", alike), ("an answer each", each)):
            yield compare(
                f"ledger, {told}, {name}",
                lambda code=code: self.ours(code),  # type: ignore[misc]
                lambda code=code: self.bare(code),  # type: ignore[misc]
                unit="readers/s",
                beside="bare insert of the same rows",
                bar=BAR,
                clock=clock,
            )


def ledger_rows() -> Iterator[Figure]:
    """Recipients a CPU second, all commits included; on PostgreSQL with the server's CPU."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "digest.sqlite3"
        engine = make_engine(f"sqlite:///{file}")
        migrate(engine)
        raw = sqlite3.connect(file)
        raw.execute("PRAGMA synchronous=FULL")
        yield from Bench(engine, _into_sqlite(raw)).figures("SQLite", time.process_time)
        raw.close()
        engine.dispose()
    if PARTS["postgres"].here():
        with postgres_server() as fresh:
            url = fresh()
            engine = make_engine(url)
            migrate(engine)
            with engine.connect() as connection:
                driver = connection.connection.driver_connection
                bench = Bench(engine, _into_postgres(driver))
                yield from bench.figures("PostgreSQL", Server.of(engine).clock)
            engine.dispose()


def _into_sqlite(raw: sqlite3.Connection) -> Callable[..., None]:
    insert = f"INSERT INTO delivery {_COLUMNS} VALUES (?, ?, ?, ?, 'accepted', ?, '', ?)"

    def write(issue: IssueId, number: int, variant: VariantId, code: Callable[[int], str]) -> None:
        who = range(number * BATCH, (number + 1) * BATCH)
        with raw:
            raw.execute(f"{_BATCH} (?, ?, 'done', 1, '')", (issue, number + 1))
            raw.executemany(
                insert, ((issue, number + 1, one, variant, code(one), AT) for one in who)
            )

    return write


def _into_postgres(raw: Any) -> Callable[..., None]:
    copy = f"COPY delivery {_COLUMNS} FROM STDIN"

    def write(issue: IssueId, number: int, variant: VariantId, code: Callable[[int], str]) -> None:
        who = range(number * BATCH, (number + 1) * BATCH)
        with raw.cursor() as cursor:
            cursor.execute(f"{_BATCH} (%s, %s, 'done', 1, '')", (issue, number + 1))
            lines = (
                f"{issue}\t{number + 1}\t{one}\t{variant}\taccepted\t{code(one)}\t\t{AT}+00\n"
                for one in who
            )
            with cursor.copy(copy) as rows:
                rows.write("".join(lines))
        raw.commit()

    return write
