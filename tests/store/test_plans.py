"""How both databases find the ledger's rows: by key, however large the audience."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from digest.model import BatchState, DeliveryState, IssueId, IssueState, Outcome, VariantId
from digest.store import doubt, ledger, reached, waiting
from digest.store.engine import writing
from digest.store.tables import batch, delivery
from tests.deliver.newsroom import ISSUE, NOW, freeze
from tests.making import issue
from tests.plans import plans, read_whole

#: enough that PostgreSQL thinks an index worth its while
READERS, BATCH = 5_000, 25
LEASE = timedelta(minutes=5)


@pytest.fixture
def full(engine: Engine) -> Engine:
    """A ledger of some issues; most batches are done."""
    freeze(engine, READERS, BATCH)
    with writing(engine) as connection:
        for other in range(2, 6):
            who = ((reader, VariantId(1)) for reader in range(READERS))
            ledger.freeze(connection, IssueId(other), who, {}, BATCH)
        late = READERS // BATCH - 20
        connection.execute(sa.update(delivery).values(state=DeliveryState.ACCEPTED.value, at=NOW))
        connection.execute(
            sa.update(batch)
            .where(sa.or_(batch.c.number < late, batch.c.issue_id != ISSUE))
            .values(state=BatchState.DONE.value)
        )
        connection.execute(
            sa.update(delivery)
            .where(delivery.c.number >= late, delivery.c.issue_id == ISSUE)
            .values(state=DeliveryState.PLANNED.value, at=None)
        )
        connection.exec_driver_sql("ANALYZE")
    return engine


def claim(connection: Connection) -> object:
    return ledger.claim(connection, ISSUE, "me", NOW, LEASE)


def claim_one(connection: Connection) -> object:
    return ledger.claim(connection, ISSUE, "me", NOW, LEASE, READERS // BATCH)


def _settle(
    connection: Connection, codes: Callable[[int], str], issue_id: IssueId = ISSUE
) -> object:
    one = ledger.claim(connection, issue_id, "me", NOW, LEASE)
    assert one is not None
    outcomes = [
        Outcome(subscriber=who, state=DeliveryState.ACCEPTED, code=codes(who))
        for who in one.deliveries
    ]
    return ledger.settle(connection, one, "me", outcomes, NOW)


def settle_alike(connection: Connection) -> object:
    return _settle(connection, lambda who: "202")


def settle_each(connection: Connection) -> object:
    return _settle(connection, str)


def settle_new(connection: Connection) -> object:
    return _settle(connection, str, IssueId(9))


def counts(connection: Connection) -> object:
    return ledger.counts(connection, ISSUE)


def next_at(connection: Connection) -> object:
    return ledger.next_at(connection, ISSUE)


def unsettled(connection: Connection) -> object:
    return doubt.unsettled(connection)


def expired(connection: Connection) -> object:
    return doubt.expired(connection, NOW, ISSUE)


def due(connection: Connection) -> object:
    return waiting.due(connection, NOW)


def going(connection: Connection) -> object:
    return waiting.going(connection, ISSUE)


def busy(connection: Connection) -> object:
    return waiting.busy(connection, ISSUE, NOW)


def rests_until(connection: Connection) -> object:
    return waiting.rests_until(connection, ISSUE, NOW)


def late(connection: Connection) -> object:
    return ledger.late(connection, ISSUE, NOW)


def planned(connection: Connection) -> object:
    return waiting.planned(connection, ISSUE)


def last_accepted(connection: Connection) -> object:
    before = issue(id=ISSUE, local_date=date(2026, 11, 24), window_to=NOW)
    before = replace(before, state=IssueState.SENDING)
    return reached.last_reached(connection, [before], range(2_000, 2_100), NOW)


HOT = (
    claim,
    claim_one,
    settle_alike,
    settle_each,
    next_at,
    unsettled,
    expired,
    due,
    going,
    busy,
    rests_until,
    late,
    planned,
    last_accepted,
)


def plan_of(engine: Engine, query: Callable[[Connection], object]) -> list[str]:
    with engine.connect() as connection, connection.begin() as transaction, plans(engine) as found:
        query(connection)
        transaction.rollback()
    assert found
    return found


def test_found_by_key(full: Engine) -> None:
    for query in HOT:
        found = plan_of(full, query)
        assert not read_whole(found, "batch", "delivery"), (query.__name__, found)
    # The next batch is the first of a range, not the first planned among all that are done.
    assert "ix_batch_state" in plan_of(full, claim)[0]
    # The statistics know nothing of an issue that is new; then one in a loop of a thousand is slow.
    with writing(full) as connection:
        who = ((reader, VariantId(1)) for reader in range(READERS))
        ledger.freeze(connection, IssueId(9), who, {}, BATCH)
    found = plan_of(full, settle_new)
    assert not [plan for plan in found if "Nested Loop" in plan and "told" in plan], found
    # An issue's deliveries are counted without looking at those of others.
    found = plan_of(full, counts)
    assert not read_whole(found, "delivery"), found
