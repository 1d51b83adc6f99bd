"""fsck finds every flaw that somebody plants, and none where there is none."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from digest.model import DeliveryState, Outcome
from digest.store import fsck, ledger, minutes
from digest.store.engine import reading, writing
from digest.store.tables import sheet, variant
from tests.deliver.newsroom import ISSUE, NOW, freeze

LEASE = timedelta(minutes=30)


@pytest.fixture
def sound(engine: Engine) -> Engine:
    """Issue 1: a batch done, one claimed, one in doubt, one planned; two readers left out."""
    frozen = freeze(engine, 8, 2, exclusions={"left": 2})
    with writing(engine) as connection:
        connection.execute(sa.update(variant).values(selection={"language": "en"}))
        connection.execute(sa.insert(sheet).values(issue_id=ISSUE, language="en", content={}))
        minutes.write(connection, ISSUE, NOW, "scheduler", fsck.AUDIENCE, str(frozen.audience))
        for state in (DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT):
            one = ledger.claim(connection, ISSUE, "me", NOW, LEASE)
            assert one is not None
            told = [Outcome(subscriber=who, state=state) for who in one.deliveries]
            ledger.settle(connection, one, "me", told, NOW)
        assert ledger.claim(connection, ISSUE, "me", NOW, LEASE) is not None
    return engine


def rules(engine: Engine) -> dict[str, list[str]]:
    with reading(engine) as connection:
        flaws = fsck.check(connection)
        assert flaws == fsck.check(connection, ISSUE) or any(one.issue != ISSUE for one in flaws)
    found: dict[str, list[str]] = {}
    for one in flaws:
        found.setdefault(one.rule, []).append(one.why)
    return found


def test_what_adds_up_adds_up(sound: Engine) -> None:
    assert rules(sound) == {}
    with reading(sound) as connection:
        assert fsck.check(connection, ISSUE) == []


PLANTED = [
    ("DELETE FROM delivery WHERE subscriber_id = 8", {"audience": "7 deliveries and 2 left out"}),
    ("DELETE FROM exclusion", {"audience": "8 deliveries and 0 left out"}),
    ("UPDATE exclusion SET readers = 3", {"audience": "8 deliveries and 3 left out"}),
    ("DELETE FROM batch WHERE number = 4", {"in-a-batch": "2 deliveries are in no batch"}),
    (
        "INSERT INTO batch (issue_id, number, state, attempt, note) "
        "VALUES (1, 9, 'planned', 0, '')",
        {"in-a-batch": "batch 9 holds no delivery"},
    ),
    (
        "INSERT INTO exclusion (issue_id, reason, readers) VALUES (77, 'left', 1)",
        {"in-a-batch": "exclusion rows of an issue that is not there"},
    ),
    (
        "UPDATE batch SET state = 'done' WHERE number = 4",
        {"batches": "batch 4 is done with deliveries undecided"},
    ),
    (
        "UPDATE batch SET state = 'done', lease_until = NULL WHERE number = 3",
        {"batches": "batch 3 is done with deliveries undecided"},
    ),
    (
        "UPDATE batch SET state = 'planned' WHERE number = 1",
        {"batches": "batch 1 is planned, and nothing in it is left to do"},
    ),
    (
        "UPDATE batch SET state = 'in_doubt' WHERE number = 1",
        {"batches": "batch 1 is in doubt, and nothing in it is"},
    ),
    (
        "UPDATE batch SET state = 'lost' WHERE number = 4",
        {"batches": "batch 4 is lost with deliveries planned"},
    ),
    (
        "UPDATE delivery SET state = 'gone' WHERE subscriber_id = 7",
        {"batches": "batch 4 is planned with deliveries gone, planned"},
    ),
    (
        "UPDATE delivery SET state = 'claimed' WHERE subscriber_id = 7",
        {"batches": "batch 4 holds deliveries called claimed, which no row is"},
    ),
    (
        "UPDATE batch SET lease_until = '2026-11-24 06:00:00' WHERE number = 4",
        {"leases": "batch 4 is planned with a lease"},
    ),
    (
        "UPDATE batch SET lease_until = NULL WHERE number = 3",
        {"leases": "batch 3 is claimed with no owner or no lease"},
    ),
    (
        "UPDATE batch SET owner = NULL WHERE number = 3",
        {"leases": "batch 3 is claimed with a lease"},
    ),
    (
        "UPDATE delivery SET at = NULL WHERE subscriber_id = 1",
        {"times": "1 deliveries were accepted at no time"},
    ),
    (
        "INSERT INTO rendered (issue_id, variant, personal, hash, program) "
        "VALUES (1, 'x', false, 'y', '0.1')",
        {"hashes": "1 hashes are of variants that it does not have"},
    ),
    ("UPDATE issue SET state = 'sent'", {"finished": "it is sent, and 1 batches are planned"}),
    ("UPDATE issue SET state = 'locked'", {"finished": "it is locked, and has batches"}),
    (
        "UPDATE issue SET content_hash = 'abc'",
        {"contents": "its stories are not those that were locked"},
    ),
    (
        "UPDATE delivery SET variant_id = 99 WHERE subscriber_id = 2",
        {"selections": "1 deliveries have no variant"},
    ),
    (
        "UPDATE issue SET approved_revision = 3, rules_hash = 'x'",
        {"approved": "it goes as revision 3, and no approval says so"},
    ),
    ("DELETE FROM sheet", {"selections": "it has variants in en, and no sheet"}),
]


def test_what_is_planted_is_found(sound: Engine) -> None:
    for words, wanted in PLANTED:
        # Never committed: each finds what was sound.
        with sound.connect() as connection:
            connection.execute(sa.text(words))
            flaws = fsck.check(connection)
            connection.rollback()
        assert {one.rule for one in flaws} == wanted.keys(), (words, flaws)
        for rule, why in wanted.items():
            assert any(why in one.why for one in flaws if one.rule == rule), (words, flaws)


def test_a_reader_twice_is_found_where_the_constraint_is_gone(sound: Engine) -> None:
    with writing(sound) as connection:
        connection.execute(sa.text("CREATE TABLE copy AS SELECT * FROM delivery"))
        connection.execute(sa.text("DROP TABLE delivery"))
        connection.execute(sa.text("ALTER TABLE copy RENAME TO delivery"))
        connection.execute(sa.text("UPDATE delivery SET subscriber_id = 7 WHERE subscriber_id = 8"))
    assert rules(sound)["once"] == ["subscriber 7 is in it more than once"]


def test_every_rule_has_been_broken_here() -> None:
    broken = {rule for _, wanted in PLANTED for rule in wanted}
    assert broken | {"once"} == fsck.EVERYTHING.keys()
