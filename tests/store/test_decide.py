"""Decisions about deliveries in doubt never race somebody who may be at work on them."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from digest.deliver.journal import FileJournal
from digest.deliver.reconcile import at_work
from digest.model import Batch, Decision, DeliveryState, Outcome
from digest.store import decide, doubt, fsck, ledger
from digest.store.decide import SILENCE, Decided, Which
from digest.store.engine import reading, writing
from digest.store.tables import issue_event
from tests.deliver.newsroom import ISSUE, NOW, freeze

LEASE = timedelta(minutes=30)
ACCEPTED, IN_DOUBT = DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT
PLANNED, CLAIMED = DeliveryState.PLANNED, DeliveryState.CLAIMED


def claimed(engine: Engine) -> Batch:
    freeze(engine, 3, 3)
    with writing(engine) as connection:
        one = ledger.claim(connection, ISSUE, "there", NOW, LEASE)
    assert one is not None
    return one


def call_doubtful(engine: Engine) -> None:
    with writing(engine) as connection:
        (one,) = doubt.unsettled(connection, ISSUE)
        assert doubt.doubt(connection, one)


def resend(engine: Engine, minutes: float, busy: frozenset[int] = frozenset()) -> Decided:
    which = Which(issue=ISSUE, busy=busy)
    with writing(engine) as connection:
        now = NOW + timedelta(minutes=minutes)
        return decide.decide(connection, which, Decision.RESEND, "Ada", now)


def counts(engine: Engine) -> Mapping[DeliveryState, int]:
    with reading(engine) as connection:
        assert fsck.check(connection, ISSUE, fsck.LEDGER) == []
        return ledger.counts(connection, ISSUE)


def test_a_claimed_batch_is_left(engine: Engine) -> None:
    claimed(engine)
    assert resend(engine, 600) == Decided()
    assert counts(engine) == {CLAIMED: 3}


def test_of_one_elsewhere_only_silence_tells(engine: Engine) -> None:
    """Its lease ended, but who knows whether its machine only slept."""
    one = claimed(engine)
    call_doubtful(engine)
    late = LEASE + SILENCE
    for minutes in (0, 29, 31, late.total_seconds() / 60 - 1):
        assert resend(engine, minutes) == Decided(busy=3)
    with reading(engine) as connection:
        told = decide.doubtful(connection, ISSUE)
    assert {row.busy_until for row in told} == {NOW + late}
    assert resend(engine, late.total_seconds() / 60) == Decided(deliveries=3)
    assert counts(engine) == {PLANNED: 3}
    # It wakes up: nothing that it knows may be written any more, nor its lease renewed.
    outcomes = [Outcome(subscriber=who, state=ACCEPTED) for who in one.deliveries]
    with writing(engine) as connection:
        assert not ledger.renew(connection, one, "there", NOW + late, LEASE)
        assert not ledger.settle(connection, one, "there", outcomes, NOW + late)
    assert counts(engine) == {PLANNED: 3}


def test_one_whose_journal_was_read_is_gone_for_certain(engine: Engine) -> None:
    claimed(engine)
    call_doubtful(engine)
    with writing(engine) as connection:
        (one,) = doubt.unsettled(connection, ISSUE)
        evidence = [Outcome(subscriber=who, state=IN_DOUBT) for who in (1, 2, 3)]
        doubt.decide(connection, one, evidence, NOW, gone=True)
    assert resend(engine, 1) == Decided(deliveries=3)


def test_evidence_alone_does_not_tell_that_it_is_gone(engine: Engine) -> None:
    claimed(engine)
    call_doubtful(engine)
    with writing(engine) as connection:
        (one,) = doubt.unsettled(connection, ISSUE)
        evidence = [
            Outcome(subscriber=1, state=ACCEPTED),
            *(Outcome(subscriber=who, state=IN_DOUBT) for who in (2, 3)),
        ]
        doubt.decide(connection, one, evidence, NOW, gone=False)
    assert resend(engine, 31) == Decided(busy=2)
    assert counts(engine) == {ACCEPTED: 1, IN_DOUBT: 2}


def test_one_at_work_on_this_machine_is_left(engine: Engine, tmp_path: Path) -> None:
    one = claimed(engine)
    call_doubtful(engine)
    with FileJournal.open(tmp_path, one.ref, "there"):
        busy = at_work(engine, tmp_path, ISSUE)
        assert busy == {1}
        assert resend(engine, 600, busy) == Decided(busy=3)
    assert at_work(engine, tmp_path, ISSUE) == frozenset()


def test_who_decided_and_when_is_kept(engine: Engine) -> None:
    claimed(engine)
    call_doubtful(engine)
    resend(engine, 60)
    with reading(engine) as connection:
        row = connection.execute(sa.select(issue_event)).one()
    assert (row.who, row.what, row.after) == ("Ada", "doubtful", "planned")
    assert row.at == NOW + timedelta(minutes=60)
    assert row.note == "resend: 3 deliveries, all batches"


def test_held_by_a_person_no_policy_touches_it(engine: Engine) -> None:
    one = claimed(engine)
    outcomes = [Outcome(subscriber=who, state=IN_DOUBT) for who in one.deliveries]
    with writing(engine) as connection:
        ledger.settle(connection, one, "there", outcomes, NOW)
        hold = Which(issue=ISSUE, subscribers=[2])
        assert decide.decide(connection, hold, Decision.HOLD, "Ada", NOW).deliveries == 1
        policy = Which(issue=ISSUE, by_policy=True)
        assert decide.decide(connection, policy, Decision.RESEND, "policy", NOW).deliveries == 2
    assert counts(engine) == {PLANNED: 2, IN_DOUBT: 1}
