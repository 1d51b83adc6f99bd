"""What a scrape tells is what plain counting finds, on each database, and stays so as mail goes."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from digest.clock import SetClock
from digest.model import BatchState, DeliveryState, IssueId, IssueState, Outcome
from digest.store import ledger, pulses, tally
from digest.store.engine import reading, writing
from digest.store.heard_table import delivery_event
from digest.store.keeping_tables import backup_made
from digest.store.tables import batch, issue, source
from digest.store.tally import Tally
from digest.watch.collect import Collector
from digest.watch.metrics import FACTS, METRICS
from digest.watch.prometheus import Prometheus
from digest.watch.vitals import Vitals
from tests.hear.house import NOW, House

MINUTE = timedelta(minutes=1)


def collector(room: House) -> Collector:
    return Collector(
        engine=room.engine,
        clock=SetClock(NOW),
        version="1",
        job=lambda: "run",
        sources=["wire"],
        routes=["outbox"],
        folders={"outbox": Path("/"), "database": Path("/nowhere")},
    )


def told(room: House) -> Mapping[str, Mapping[tuple[str, ...], float]]:
    return collector(room)()


def fill(room: House) -> None:
    """Two editions: one issue went, one is on its way, one is late."""
    readers = room.readers(9)
    room.issue(1, readers, edition="weekly")
    room.issue(2, readers)
    room.issue(
        3,
        readers,
        state=IssueState.SENDING,
        delivered=DeliveryState.PLANNED,
        batches=BatchState.PLANNED,
    )
    with writing(room.engine) as connection:
        connection.execute(
            sa.update(issue).where(issue.c.id == 3).values(scheduled_at=NOW - 12 * MINUTE)
        )
        connection.execute(
            sa.insert(delivery_event),
            [
                {
                    "id": f"e{number}",
                    "kind": kind,
                    "issue_id": which,
                    "subscriber_id": who,
                    "batch": "",
                    "source": "own",
                    "code": "",
                    "at": NOW,
                    "heard_at": NOW,
                    "pending": False,
                }
                for number, (kind, which, who) in enumerate(
                    [
                        ("complaint", 2, readers[0]),
                        ("complaint", 2, readers[0]),
                        ("hard_bounce", 1, readers[1]),
                        ("delivered", 1, readers[2]),
                    ]
                )
            ],
        )
        connection.execute(
            sa.insert(source).values(
                name="wire",
                memory={},
                status="failed",
                last_polled_at=NOW,
                last_ok_at=NOW - 60 * MINUTE,
                failures=4,
            )
        )
        pulses.note(connection, pulses.TICK, "a", NOW - MINUTE)
        pulses.note(connection, pulses.TICK, "b", NOW - 5 * MINUTE)
        of_then = NOW - 60 * MINUTE
        row = {"id": "b1", "taken_at": of_then, "file": "b1.backup", "bytes": 9, "seconds": 1}
        connection.execute(sa.insert(backup_made).values(row))


def test_facts(room: House) -> None:
    fill(room)
    found = told(room)
    assert found.keys() == {one.name for one in FACTS}
    assert found["digest_up"] == {(): 1}
    assert found["digest_issue_late_seconds"] == {("morning",): 720}
    assert found["digest_issue_sending"] == {("morning",): 1}
    assert found["digest_schedulers"] == {(): 1}
    pulse = found["digest_pulse_timestamp_seconds"]
    assert pulse[("tick",)] == (NOW - MINUTE).timestamp()
    assert pulse[("backup",)] == (NOW - 60 * MINUTE).timestamp()
    assert found["digest_source_failing"] == {("wire",): 4}
    # Of issue 3, the newest of its edition, nothing has gone yet: it has no share of anything.
    assert found["digest_bounce_ratio"] == {("weekly",): 1 / 9}
    assert found["digest_complaint_ratio"] == {("weekly",): 0}
    assert found["digest_deliveries"][("morning", "planned")] == 9
    assert found["digest_batches"][("due",)] > 0
    assert found["digest_batch_age_seconds"][("due",)] == 720
    assert set(found["digest_disk_free_bytes"]) == {("outbox",)}


def test_the_tally_counts_as_the_ledger_does_whatever_happens(room: House) -> None:
    fill(room)
    kept = Tally()

    def compare() -> None:
        with reading(room.engine) as connection:
            counted = kept.counts(connection, [IssueId(2), IssueId(3)])
            for number in (2, 3):
                plain = ledger.counts(connection, IssueId(number))
                assert counted[IssueId(number)] == Counter(plain)

    compare()
    with writing(room.engine) as connection:
        claimed = ledger.claim(connection, IssueId(3), "me", NOW, timedelta(minutes=30))
    assert claimed is not None
    compare()
    with writing(room.engine) as connection:
        ledger.settle(
            connection,
            claimed,
            "me",
            [
                Outcome(
                    subscriber=who,
                    state=DeliveryState.IN_DOUBT if place else DeliveryState.ACCEPTED,
                    code="250",
                )
                for place, who in enumerate(claimed.deliveries)
            ],
            NOW,
        )
    compare()
    with writing(room.engine) as connection:
        ledger.expire(connection, IssueId(3), NOW)
    compare()
    found = told(room)["digest_deliveries_in_doubt"]
    assert found[("morning",)] == len(claimed.deliveries) - 1


def test_what_is_done_is_not_counted_again(room: House) -> None:
    fill(room)
    kept = Tally()
    with reading(room.engine) as connection:
        before = kept.counts(connection, [IssueId(2)])
    statements: list[str] = []

    def seen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    sa.event.listen(room.engine, "before_cursor_execute", seen)
    with reading(room.engine) as connection:
        assert kept.counts(connection, [IssueId(2)]) == before
    assert statements
    assert not any("FROM delivery" in one for one in statements)


def test_an_issue_not_counted_to_its_end_is_left_out(room: House) -> None:
    fill(room)
    kept = Tally(most=1)
    with reading(room.engine) as connection:
        batches = connection.scalar(sa.select(sa.func.count()).where(batch.c.issue_id == 2))
        assert batches is not None
        for _ in range(batches - 1):
            assert kept.counts(connection, [IssueId(2)]) == {}
        assert kept.counts(connection, [IssueId(2)]) == {2: {DeliveryState.ACCEPTED: 9}}
    assert tally.MOST >= 1_000


def test_prometheus_can_read_it_and_no_label_tells_of_a_reader(
    small_room: House,
) -> None:
    fill(small_room)
    meter = Prometheus(Vitals(), lambda _job: None, collector(small_room))
    meter.polled("wire", "failed", 0.2)
    meter.requested("outbox", "250", 0.01)
    meter.handed_over("outbox", "accepted")
    meter.mailed("morning", 70_000)
    meter.heard("/hooks/events", "new", 3)
    meter.lagged("/hooks/events", 4)
    meter.posted("/hooks/events", "taken")
    meter.refused("outbox", "TransportError")
    meter.logged("alert", "warning")
    meter.replaced("feed parser", "EOFError")
    meter.composed("morning", 1)
    meter.ticked(1)
    meter.left(0.1)
    meter.asked(0.001)
    families = {one.name: one for one in text_string_to_metric_families(meter.text().decode())}
    ours = {name for name in families if name.startswith("digest_")}
    assert ours == {one.name for one in METRICS}
    allowed = {one.name: {*one.labels, "le"} for one in METRICS}
    for name in ours:
        for sample in families[name].samples:
            assert set(sample.labels) <= allowed[name]
            assert not any("@" in value for value in sample.labels.values())
    words = {label for one in METRICS for label in one.labels}
    assert words.isdisjoint({"subscriber", "address", "email", "reader", "issue", "batch"})


def test_a_database_that_is_away_is_told_of(small_room: House, tmp_path: Path) -> None:
    small_room.engine.dispose()
    for file in tmp_path.glob("house.sqlite3*"):
        file.unlink()
    (tmp_path / "house.sqlite3").write_text("no database at all, but long enough to be read as one")
    found = told(small_room)
    assert found["digest_up"] == {(): 0}
    assert "digest_deliveries" not in found
