"""The ledger's SQL, on SQLite and PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine

from digest.errors import WrongStateError
from digest.model import Batch, BatchState, DeliveryState, IssueState, Outcome, VariantId
from digest.store import bulk, doubt, fsck, ledger
from digest.store.engine import make_engine, reading, writing
from digest.store.migrations import migrate
from digest.store.tables import batch, delivery, issue
from tests.deliver.newsroom import ISSUE, NOW, freeze

LEASE = timedelta(minutes=5)
ACCEPTED, REJECTED = DeliveryState.ACCEPTED, DeliveryState.REJECTED
PLANNED, DEFERRED = DeliveryState.PLANNED, DeliveryState.DEFERRED
IN_DOUBT, CLAIMED = DeliveryState.IN_DOUBT, DeliveryState.CLAIMED


def claim(engine: Engine, owner: str = "me", minutes: float = 0) -> Batch | None:
    with writing(engine) as connection:
        return ledger.claim(connection, ISSUE, owner, NOW + timedelta(minutes=minutes), LEASE)


def settle(
    engine: Engine, one: Batch, *states: DeliveryState, owner: str = "me", wait: float = 0
) -> bool:
    outcomes = [
        Outcome(subscriber=subscriber, state=state, code="250", provider_id="q1")
        for subscriber, state in zip(one.deliveries, states, strict=True)
    ]
    with writing(engine) as connection:
        return ledger.settle(
            connection, one, owner, outcomes, NOW, not_before=NOW + timedelta(minutes=wait)
        )


def counts(engine: Engine) -> dict[DeliveryState, int]:
    with reading(engine) as connection:
        assert fsck.check(connection, ISSUE, fsck.LEDGER) == []
        return dict(ledger.counts(connection, ISSUE))


def state(engine: Engine, number: int = 1) -> str:
    with reading(engine) as connection:
        return str(
            connection.scalar(
                sa.select(batch.c.state).where(batch.c.issue_id == ISSUE, batch.c.number == number)
            )
        )


def test_a_frozen_audience_adds_up(engine: Engine) -> None:
    frozen = freeze(engine, 25, 10, exclusions={"suppressed": 2, "too_few": 3})
    assert frozen == ledger.FrozenAudience(audience=30, deliveries=25, batches=3)
    assert counts(engine) == {PLANNED: 25}


def test_an_audience_larger_than_one_insert(engine: Engine) -> None:
    many = bulk.ROWS * 2 + 1
    frozen = freeze(engine, many, 1000)
    assert (frozen.deliveries, frozen.batches) == (many, 11)
    first = claim(engine)
    assert first is not None
    assert list(first.deliveries) == list(range(1, 1001))
    assert first.deliveries[1] == "v2"


def test_nobody_and_nothing(engine: Engine) -> None:
    assert freeze(engine, 0, 10) == ledger.FrozenAudience(audience=0, deliveries=0, batches=0)
    assert claim(engine) is None
    assert counts(engine) == {}


def test_an_audience_is_frozen_once(engine: Engine) -> None:
    freeze(engine, 1, 10)
    with writing(engine) as connection, pytest.raises(WrongStateError):
        ledger.freeze(connection, ISSUE, [(2, VariantId(1))], {}, 10)


def test_a_subscriber_is_in_an_issue_once(engine: Engine) -> None:
    twice = [(1, VariantId(1)), (2, VariantId(1)), (1, VariantId(1))]
    with pytest.raises(sa.exc.IntegrityError), writing(engine) as connection:
        ledger.freeze(connection, ISSUE, twice, {}, 2)
    assert counts(engine) == {}


def test_each_claim_gets_another_batch_with_its_deliveries(engine: Engine) -> None:
    freeze(engine, 25, 10)
    claimed = [claim(engine) for _ in range(4)]
    assert [one and (one.number, one.attempt, len(one.deliveries)) for one in claimed] == [
        (1, 1, 10),
        (2, 1, 10),
        (3, 1, 5),
        None,
    ]
    assert counts(engine) == {CLAIMED: 25}


def test_many_claimers_at_once_never_share_a_batch(engine: Engine) -> None:
    freeze(engine, 60, 2)
    with ThreadPoolExecutor(8) as pool:
        claimed = list(pool.map(lambda number: claim(engine, f"w{number}"), range(40)))
    numbers = [one.number for one in claimed if one]
    assert sorted(numbers) == list(range(1, 31))


def test_settled_batches_are_done(engine: Engine) -> None:
    freeze(engine, 3, 3)
    one = claim(engine)
    assert one is not None
    assert settle(engine, one, ACCEPTED, REJECTED, DeliveryState.EXCLUDED)
    assert state(engine) == BatchState.DONE
    assert counts(engine) == {ACCEPTED: 1, REJECTED: 1, DeliveryState.EXCLUDED: 1}
    assert claim(engine) is None
    with reading(engine) as connection:
        row = connection.execute(sa.select(delivery).where(delivery.c.subscriber_id == 1)).one()
    assert (row.code, row.provider_id, row.at) == ("250", "q1", NOW)


def test_what_is_left_is_claimed_again_in_its_time(engine: Engine) -> None:
    freeze(engine, 3, 3)
    one = claim(engine)
    assert one is not None
    settle(engine, one, ACCEPTED, DEFERRED, PLANNED, wait=5)
    assert counts(engine) == {ACCEPTED: 1, DEFERRED: 1, PLANNED: 1}
    with reading(engine) as connection:
        assert ledger.next_at(connection, ISSUE) == NOW + timedelta(minutes=5)
    assert claim(engine, minutes=4) is None
    again = claim(engine, minutes=5)
    assert again is not None
    assert (again.attempt, list(again.deliveries)) == (2, [2, 3])
    assert again.ref == "1.1.2"


def test_only_the_claimer_settles_and_only_its_own_attempt(engine: Engine) -> None:
    freeze(engine, 1, 1)
    first = claim(engine)
    assert first is not None
    assert not settle(engine, first, ACCEPTED, owner="another")
    assert settle(engine, first, DEFERRED)
    second = claim(engine)
    assert second is not None
    assert not settle(engine, first, ACCEPTED)
    assert counts(engine) == {CLAIMED: 1}
    assert settle(engine, second, ACCEPTED)


def test_what_was_accepted_stays_accepted(engine: Engine) -> None:
    freeze(engine, 2, 2)
    one = claim(engine)
    assert one is not None
    settle(engine, one, ACCEPTED, DEFERRED)
    again = claim(engine)
    assert again is not None
    late = [Outcome(subscriber=who, state=REJECTED) for who in (1, 2)]
    with writing(engine) as connection:
        assert ledger.settle(connection, again, "me", late, NOW)
    assert counts(engine) == {ACCEPTED: 1, REJECTED: 1}


def test_a_late_batch_becomes_doubtful_never_planned(engine: Engine) -> None:
    freeze(engine, 2, 2)
    assert claim(engine)
    with writing(engine) as connection:
        assert doubt.expired(connection, NOW + LEASE) == []
        (late,) = doubt.expired(connection, NOW + LEASE + timedelta(seconds=1))
        assert doubt.doubt(connection, late)
        assert not doubt.doubt(connection, late)
    assert state(engine) == BatchState.IN_DOUBT
    assert counts(engine) == {IN_DOUBT: 2}
    assert claim(engine, minutes=60) is None


def test_a_renewed_lease_keeps_a_batch(engine: Engine) -> None:
    freeze(engine, 1, 1)
    one = claim(engine)
    assert one is not None
    later = NOW + LEASE + timedelta(seconds=1)
    with writing(engine) as connection:
        (seen,) = doubt.expired(connection, later)
        assert ledger.renew(connection, one, "me", later, LEASE)
        assert not ledger.renew(connection, one, "another", later, LEASE)
        assert doubt.expired(connection, later) == []
        assert not doubt.doubt(connection, seen)


def test_evidence_decides_delivery_by_delivery(engine: Engine) -> None:
    freeze(engine, 3, 3)
    assert claim(engine)
    with writing(engine) as connection:
        (one,) = doubt.unsettled(connection)
        assert doubt.doubt(connection, one)
        batch_, doubted = doubt.undecided(connection, one)
        assert sorted(batch_.deliveries) == [1, 2, 3]
        assert doubted == frozenset()
        evidence = [
            Outcome(subscriber=1, state=ACCEPTED),
            Outcome(subscriber=2, state=PLANNED),
            Outcome(subscriber=3, state=IN_DOUBT),
        ]
        assert doubt.decide(connection, one, evidence, NOW)
        assert not doubt.decide(connection, one, evidence, NOW)
        assert doubt.undecided(connection, one)[1] == {3}
    assert counts(engine) == {ACCEPTED: 1, PLANNED: 1, IN_DOUBT: 1}
    again = claim(engine)
    assert again is not None
    assert list(again.deliveries) == [2]
    settle(engine, again, ACCEPTED)
    assert state(engine) == BatchState.IN_DOUBT
    assert counts(engine) == {ACCEPTED: 2, IN_DOUBT: 1}


def test_a_slow_owner_may_still_settle_what_others_called_doubtful(engine: Engine) -> None:
    freeze(engine, 1, 1)
    one = claim(engine)
    assert one is not None
    with writing(engine) as connection:
        (seen,) = doubt.unsettled(connection)
        doubt.doubt(connection, seen)
        doubt.decide(connection, seen, [Outcome(subscriber=1, state=IN_DOUBT)], NOW)
    assert settle(engine, one, ACCEPTED)
    assert counts(engine) == {ACCEPTED: 1}
    assert state(engine) == BatchState.DONE


def test_nothing_of_a_closed_issue_is_planned_again(engine: Engine) -> None:
    freeze(engine, 2, 2)
    assert claim(engine)
    with writing(engine) as connection:
        connection.execute(sa.update(issue).values(state=IssueState.SENT.value))
        (seen,) = doubt.unsettled(connection)
        doubt.doubt(connection, seen)
        evidence = [
            Outcome(subscriber=1, state=ACCEPTED),
            Outcome(subscriber=2, state=PLANNED),
        ]
        doubt.decide(connection, seen, evidence, NOW)
    assert counts(engine) == {ACCEPTED: 1, DeliveryState.EXPIRED: 1}


def test_past_send_by_the_rest_expires_but_not_what_is_at_work(engine: Engine) -> None:
    freeze(engine, 6, 2)
    first, _ = claim(engine), claim(engine)
    assert first is not None
    settle(engine, first, ACCEPTED, DEFERRED)
    with writing(engine) as connection:
        assert ledger.expire(connection, ISSUE, NOW) == 3
    assert counts(engine) == {ACCEPTED: 1, DeliveryState.EXPIRED: 3, CLAIMED: 2}
    assert claim(engine) is None


def test_a_paused_issue_waits(engine: Engine) -> None:
    freeze(engine, 2, 1)
    with writing(engine) as connection:
        ledger.pause(connection, ISSUE, NOW + timedelta(minutes=3))
    assert claim(engine, minutes=2) is None
    assert claim(engine, minutes=3) is not None


def test_sqlite_reads_and_writes_deliveries_by_key(tmp_path: Path) -> None:
    """On SQLite a batch once cost a scan of its whole issue: 137 times as much."""
    engine = make_engine(f"sqlite:///{tmp_path / 'digest.sqlite3'}")
    migrate(engine)
    freeze(engine, 100, 10)
    asked: list[tuple[str, Any]] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_: Any, __: Any, sql: str, values: Any, ___: Any, many: bool) -> None:
        asked.append((sql, values[0] if many else values))

    one = claim(engine)
    assert one is not None
    settle(engine, one, *[ACCEPTED] * 10)
    plans = []
    with engine.connect() as connection:
        for sql, values in [(sql, values) for sql, values in asked if "delivery" in sql]:
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values):
                plans += [row[3]] if "delivery" in row[3] else []
    engine.dispose()
    wanted = ("issue_id=? AND number=?", "issue_id=? AND subscriber_id=?")
    assert len(plans) == 3
    assert all(any(keys in plan for keys in wanted) for plan in plans), plans
