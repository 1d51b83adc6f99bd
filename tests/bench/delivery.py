"""The ledger: freezing an audience and settling it, against bare inserts of the same rows."""

import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

from digest.model import DeliveryState, IssueId, Outcome, Selected, VariantId
from digest.schedule.occurrences import Occurrence
from digest.store import issues, ledger, variants
from digest.store.engine import make_engine, writing
from digest.store.migrations import migrate
from tests.bench.measure import Figure, compare
from tests.making import NOW

READERS = 20_000
BATCH = 1_000
AT = "2026-11-24 06:00:00.000000"


def ledger_rows() -> Iterator[Figure]:
    """Recipients a CPU second on SQLite, all commits included."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "digest.sqlite3"
        engine = make_engine(f"sqlite:///{file}")
        migrate(engine)
        days = count()

        def fresh() -> tuple[IssueId, VariantId]:
            day = NOW.date() + timedelta(days=next(days))
            with writing(engine) as connection:
                issue = issues.open_issue(connection, "daily", Occurrence(local_date=day, at=NOW))
                ids = variants.save(
                    connection, issue.id, {"key": Selected(sections=(), language="en")}
                )
            return issue.id, ids["key"]

        def ours() -> int:
            issue, variant = fresh()
            with writing(engine) as connection:
                frozen = ((reader, variant) for reader in range(READERS))
                ledger.freeze(connection, issue, frozen, {}, BATCH)
            lease = timedelta(minutes=5)
            while True:
                with writing(engine) as connection:
                    batch = ledger.claim(connection, issue, "bench", NOW, lease)
                if batch is None:
                    return READERS
                outcomes = [
                    Outcome(subscriber=one, state=DeliveryState.ACCEPTED, code="202")
                    for one in batch.deliveries
                ]
                with writing(engine) as connection:
                    ledger.settle(connection, batch, "bench", outcomes, NOW)

        def bare() -> int:
            """What no ledger can beat: each row once, in its final state, nothing checked."""
            issue, variant = fresh()
            raw = sqlite3.connect(file)
            raw.execute("PRAGMA synchronous=FULL")
            for number in range(READERS // BATCH):
                with raw:
                    raw.execute(
                        "INSERT INTO batch (issue_id, number, state, attempt, note) "
                        "VALUES (?, ?, 'done', 1, '')",
                        (issue, number + 1),
                    )
                    raw.executemany(
                        "INSERT INTO delivery (issue_id, number, subscriber_id, variant_id, state, "
                        "code, provider_id, at) VALUES (?, ?, ?, ?, 'accepted', '202', '', ?)",
                        (
                            (issue, number + 1, number * BATCH + one, variant, AT)
                            for one in range(BATCH)
                        ),
                    )
            raw.close()
            return READERS

        yield compare(
            "ledger, frozen and settled",
            ours,
            bare,
            unit="readers/s",
            beside="bare insert of the same rows, sqlite3",
            bar=None,
        )
        engine.dispose()
