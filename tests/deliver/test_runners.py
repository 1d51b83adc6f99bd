"""The contract of queues, on both: in the transaction or not at all, each batch once, kill -9."""

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from digest.clock import SystemClock
from digest.deliver.queue import Job, Queue
from digest.deliver.queues import schema
from digest.model import BatchState, DeliveryState, IssueId
from digest.store import fsck, ledger, waiting
from digest.store.engine import make_engine, reading, writing
from digest.store.migrations import migrate
from digest.store.tables import batch
from tests.deliver.newsroom import ISSUE, freeze
from tests.deliver.working import LEASE, queue_of, worker
from tests.parts import REPO

Process = subprocess.Popen[bytes]
BATCH = 10
#: the bar: after a kill the others go on within this
GOES_ON = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A database with a queue, and a folder for one machine's journals."""

    kind: str
    url: str
    engine: Engine
    folder: Path

    @property
    def queue(self) -> Queue:
        return queue_of(self.kind, self.engine)

    def enqueue(self, connection: Connection) -> None:
        """As the scheduler's tick does."""
        planned = waiting.planned(connection, ISSUE)
        jobs = [Job(one.issue_id, one.number, one.not_before) for one in planned]
        self.queue.enqueue(connection, jobs)

    def freeze(self, readers: int) -> None:
        freeze(self.engine, readers, BATCH)
        with writing(self.engine) as connection:
            self.enqueue(connection)

    def counts(self) -> dict[DeliveryState, int]:
        with reading(self.engine) as connection:
            assert fsck.check(connection, ISSUE, fsck.LEDGER) == []
            return dict(ledger.counts(connection, ISSUE))

    def taken(self) -> list[tuple[int, str, int]]:
        """What the provider took: process, attempt, subscriber."""
        file = self.folder / "taken"
        lines = file.read_text().splitlines() if file.exists() else []
        return [(int(pid), ref, int(who)) for pid, ref, who in map(str.split, lines)]

    def wait(self, until: Callable[[], bool], seconds: float = 40) -> float:
        """How long it took until something was so."""
        begun = time.monotonic()
        while not until():
            assert time.monotonic() - begun < seconds, self.counts()
            time.sleep(0.05)
        return time.monotonic() - begun

    def no_journals(self) -> bool:
        return not list((self.folder / "journals").iterdir())

    def done(self) -> bool:
        with reading(self.engine) as connection:
            return not waiting.going(connection, ISSUE)

    @contextmanager
    def workers(self, count: int, readers: int, pause: float = 0) -> Iterator[list[Process]]:
        words = [self.kind, self.url, str(self.folder), str(readers), str(pause)]
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.deliver.working", *words],
                cwd=REPO,
                stdout=subprocess.PIPE,
            )
            for _ in range(count)
        ]
        try:
            for one in started:
                assert one.stdout is not None
                assert one.stdout.readline() == b"ready\n"
            yield started
        finally:
            for one in started:
                one.kill()
                one.wait()
                if one.stdout:
                    one.stdout.close()


@pytest.fixture(
    params=["embedded", pytest.param("procrastinate", marks=pytest.mark.part("postgres"))]
)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "embedded":
        url = f"sqlite:///{tmp_path / 'digest.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres_url")()
    engine = make_engine(url)
    migrate(engine)
    schema.migrate(engine)
    yield Place(request.param, url, engine, tmp_path)
    engine.dispose()


class Seen:
    """A worker in a thread of ours, for as long as a block lasts."""

    def __init__(self, place: Place, readers: int) -> None:
        self.batches: Counter[int] = Counter()
        self._worker = worker(place.kind, place.url, place.folder, readers, 0)

    def _do(self, issue: IssueId, number: int) -> bool:
        sent = self._worker.send(issue, number)
        self.batches[number] += sent
        return sent

    def __enter__(self) -> Self:
        one = self._worker
        self._thread = threading.Thread(
            target=one.queue.work, args=(self._do, one.tend, one.stopping)
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.stopping.set()
        self._thread.join()
        self._worker.sender.engine.dispose()


def test_what_is_rolled_back_never_runs(place: Place) -> None:
    freeze(place.engine, 30, BATCH)
    with writing(place.engine) as connection:
        connection.execute(sa.update(batch).values(state=BatchState.DONE.value))

    with place.engine.connect() as connection, connection.begin() as transaction:
        connection.execute(sa.update(batch).values(state=BatchState.PLANNED.value))
        place.enqueue(connection)
        transaction.rollback()
    with Seen(place, 30) as seen:
        time.sleep(1.5)
        assert not seen.batches
        with writing(place.engine) as connection:
            connection.execute(sa.update(batch).values(state=BatchState.PLANNED.value))
            place.enqueue(connection)
        place.wait(place.done)
    assert seen.batches == {1: 1, 2: 1, 3: 1}


def test_two_schedulers_make_one_job_of_a_batch(place: Place) -> None:
    freeze(place.engine, 200, BATCH)

    def tick() -> None:
        with writing(place.engine) as connection:
            place.enqueue(connection)

    ticks = [threading.Thread(target=tick) for _ in range(4)]
    for one in ticks:
        one.start()
    for one in ticks:
        one.join()
    if place.kind == "procrastinate":
        with reading(place.engine) as connection:
            jobs = connection.exec_driver_sql("SELECT count(*) FROM procrastinate_jobs").scalar()
        assert jobs == 20
    with Seen(place, 200) as seen:
        place.wait(place.done)
    assert seen.batches == dict.fromkeys(range(1, 21), 1)
    assert place.counts() == {DeliveryState.ACCEPTED: 200}


def test_a_batch_waits_for_its_time(place: Place) -> None:
    freeze(place.engine, 20, BATCH)
    at = SystemClock().now() + timedelta(seconds=4)
    with writing(place.engine) as connection:
        later = sa.update(batch).where(batch.c.number == 1).values(not_before=at)
        connection.execute(later)
        place.enqueue(connection)
    with Seen(place, 20) as seen:
        place.wait(lambda: seen.batches[2] == 1)
        assert SystemClock().now() < at, "too slow a machine for this test"
        assert not seen.batches[1]
        place.wait(place.done)
        assert SystemClock().now() >= at
    assert seen.batches == {1: 1, 2: 1}


def test_a_fault_ends_no_worker(place: Place) -> None:
    place.freeze(30)
    seen: Counter[int] = Counter()
    one = worker(place.kind, place.url, place.folder, 30, 0)

    def do(issue: IssueId, number: int) -> bool:
        seen[number] += 1
        if number == 1 and seen[number] == 1:
            raise RuntimeError("a fault of ours")
        return one.send(issue, number)

    thread = threading.Thread(target=one.queue.work, args=(do, one.tend, one.stopping))
    thread.start()
    place.wait(lambda: seen[1] >= 1 and (seen[3] >= 1 or place.kind == "embedded"))
    place.wait(lambda: place.done() or _tick_again(place))
    one.stopping.set()
    thread.join()
    one.sender.engine.dispose()
    assert place.counts() == {DeliveryState.ACCEPTED: 30}


def _tick_again(place: Place) -> bool:
    """The job that failed is gone: the scheduler's tick makes another."""
    with writing(place.engine) as connection:
        place.enqueue(connection)
    return False


def test_one_of_two_workers_killed(place: Place) -> None:
    readers = 400
    place.freeze(readers)
    with place.workers(2, readers, pause=0.01) as (killed, other):
        # In the middle of a batch, while the other works too.
        place.wait(lambda: len({pid for pid, _, _ in place.taken()}) == 2)
        place.wait(lambda: Counter(pid for pid, _, _ in place.taken())[killed.pid] >= 15)
        killed.kill()
        killed.wait()
        before = {ref for _, ref, _ in place.taken()}
        assert not place.done(), "the issue was too small"
        took = place.wait(lambda: bool({ref for _, ref, _ in place.taken()} - before))
        assert took < GOES_ON
        place.wait(place.done)
        # Settled by the survivor; the last file goes a moment after its batch is settled.
        place.wait(place.no_journals, 5)
        other.terminate()
        assert other.wait(20) == 0
    final = place.counts()
    doubtful = final.get(DeliveryState.IN_DOUBT, 0)
    assert final.get(DeliveryState.ACCEPTED, 0) + doubtful == readers
    assert doubtful <= 1, "what was handed over and not yet answered"
    received = Counter(who for _, _, who in place.taken())
    assert max(received.values()) == 1, "nobody twice"
    assert readers - len(received) <= doubtful, "who got none is listed"


def test_a_killed_workers_journal_is_settled_by_the_next(place: Place) -> None:
    place.freeze(60)
    with place.workers(1, 60, pause=0.05) as (killed,):
        place.wait(lambda: len(place.taken()) >= 14)
        killed.kill()
        killed.wait()
    assert list((place.folder / "journals").iterdir())
    with place.workers(1, 60) as (after,):
        place.wait(place.done)
        place.wait(place.no_journals, 5)
        after.terminate()
        assert after.wait(20) == 0
    assert place.counts().get(DeliveryState.IN_DOUBT, 0) <= 1
    assert max(Counter(who for _, _, who in place.taken()).values()) == 1


def test_of_a_lost_machine_its_open_batch_is_in_doubt(place: Place) -> None:
    place.freeze(60)
    with place.workers(1, 60, pause=0.05) as (lost,):
        place.wait(lambda: len(place.taken()) >= 13)
        lost.kill()
        lost.wait()
    for journal in (place.folder / "journals").iterdir():
        journal.unlink()
    with place.workers(1, 60) as (other,):
        place.wait(place.done, LEASE.total_seconds() + 30)
        other.terminate()
        assert other.wait(20) == 0
    assert place.counts() == {DeliveryState.ACCEPTED: 50, DeliveryState.IN_DOUBT: 10}
    assert max(Counter(who for _, _, who in place.taken()).values()) == 1


def test_told_to_stop_a_worker_finishes_its_batch(place: Place) -> None:
    place.freeze(100)
    with place.workers(1, 100, pause=0.02) as (one,):
        place.wait(lambda: len(place.taken()) % BATCH in range(2, 6))
        one.send_signal(signal.SIGTERM)
        assert one.wait(20) == 0
    taken = len(place.taken())
    assert 0 < taken < 100
    assert taken % BATCH == 0
    assert place.counts() == {
        DeliveryState.ACCEPTED: taken,
        DeliveryState.PLANNED: 100 - taken,
    }
    assert list((place.folder / "journals").iterdir()) == []
    # And the rest goes with the next.
    with writing(place.engine) as connection:
        place.enqueue(connection)
    with Seen(place, 100):
        place.wait(place.done)
    assert place.counts() == {DeliveryState.ACCEPTED: 100}


@pytest.mark.part("postgres")
def test_procrastinates_tables_come_by_migration(postgres_url: Callable[[], str]) -> None:
    engine = make_engine(postgres_url())
    assert schema.pending(engine) == ["procrastinate: its tables"]
    schema.migrate(engine)
    assert schema.pending(engine) == []
    schema.migrate(engine)
    # One change behind, as after an upgrade of the package.
    with engine.begin() as connection:
        newest = connection.scalar(sa.select(sa.func.max(schema.done.c.name)))
        connection.execute(sa.delete(schema.done).where(schema.done.c.name == newest))
    assert schema.pending(engine) == [f"procrastinate: {newest}"]
    engine.dispose()


def test_on_sqlite_there_is_nothing_to_migrate(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'digest.sqlite3'}")
    assert schema.pending(engine) == []
    schema.migrate(engine)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()
