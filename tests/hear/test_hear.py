"""What follows from events, whoever told them."""

from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sa

from digest.deliver.reconcile import reconcile
from digest.deliver.transports.outbox import Outbox
from digest.deliver.writer import MessageWriter
from digest.model import (
    BatchState,
    DeliveryState,
    Dropped,
    EventKind,
    IssueId,
    IssueState,
    Notice,
)
from digest.store import heard, issues, ledger, reached
from digest.store.engine import reading
from tests.hear.house import NOW, House, event

DAY = timedelta(days=1)


def test_a_hard_bounce_suppresses(room: House) -> None:
    dead, alive = room.readers(2)
    room.issue(1, [dead, alive])
    bounce = event(EventKind.HARD_BOUNCE, 1, dead, code="550 5.1.1")
    assert room.hearing.hear([bounce, event(EventKind.DELIVERED, 1, alive)]) == 2
    assert room.hearing.hear([bounce]) == 0
    assert room.suppressed(dead) == {"": "bounce: test, issue 1, 550 5.1.1"}
    assert room.editions(dead) == {"morning", "weekly"}
    assert room.suppressed(alive) == {}
    assert room.people.recipients("morning", [dead], NOW)[dead] == "suppressed"


def test_a_complaint_suppresses_and_leaves_everything(room: House) -> None:
    who = room.reader(1)
    room.issue(1, [who])
    room.hearing.hear([event(EventKind.COMPLAINT, 1, who)])
    assert room.suppressed(who) == {"": "complaint: test, issue 1"}
    assert room.editions(who) == frozenset()
    proof = room.people.why(who).consents[-1]
    assert (proof.action, proof.source, proof.actor) == (
        "withdrawn",
        "complaint: test, issue 1",
        "test",
    )


def test_an_unsubscribe_leaves_the_issues_edition(room: House) -> None:
    one, other, third = room.readers(3)
    room.issue(1, [one, other], edition="weekly")
    room.hearing.hear([event(EventKind.UNSUBSCRIBE, 1, one)])
    # Of an issue that is not here nobody knows which edition it was.
    room.hearing.hear([event(EventKind.UNSUBSCRIBE, 99, other)])
    assert room.editions(one) == {"morning"}
    assert room.editions(other) == frozenset()
    assert room.editions(third) == {"morning", "weekly"}
    assert room.suppressed(one) == {}


def test_what_was_joined_afterwards_is_not_left(room: House) -> None:
    """A word that comes days late must not undo what a person has asked for since."""
    who = room.reader(1)
    room.issue(1, [who])
    early = event(EventKind.UNSUBSCRIBE, 1, who, at=NOW - 100 * DAY)
    room.hearing.hear([early])
    assert room.editions(who) == {"morning", "weekly"}


@pytest.mark.parametrize(
    ("code", "suppressed", "left"),
    [
        (Dropped.BOUNCE, "bounce", False),
        (Dropped.COMPLAINT, "complaint", True),
        (Dropped.UNSUBSCRIBE, "", True),
        ("550", "", False),
        ("", "", False),
    ],
)
def test_a_drop_tells_by_its_code(
    small_room: House, code: str, suppressed: str, left: bool
) -> None:
    who = small_room.reader(1)
    small_room.issue(1, [who])
    small_room.hearing.hear([event(EventKind.DROPPED, 1, who, code=code)])
    assert "".join(small_room.suppressed(who).values()).partition(":")[0] == suppressed
    assert ("morning" not in small_room.editions(who)) == left


def test_soft_bounces_of_several_issues_count_as_a_hard_one(room: House) -> None:
    full, once = room.readers(2)
    for number in range(1, 7):
        room.issue(number, [full, once])
    for number in (1, 2, 3, 4):
        at = NOW + number * DAY
        for key in "ab":  # the same issue twice is one sign
            bounce = event(EventKind.SOFT_BOUNCE, number, full, at=at, key=f"{number}{key}")
            room.hearing.hear([bounce])
        # So is a delay, which is no bounce at all.
        room.hearing.hear([event(EventKind.DEFERRED, number, once, at=at)])
    assert room.suppressed(full) == {}
    room.hearing.hear([event(EventKind.SOFT_BOUNCE, 5, full, at=NOW + 15 * DAY)])
    assert room.suppressed(full) == {"": "bounce: test, issue 5, 5 soft bounces"}
    assert room.suppressed(once) == {}


def test_soft_bounces_far_apart_do_not(room: House) -> None:
    who = room.reader(1)
    for number in range(1, 8):
        room.issue(number, [who])
        at = NOW + number * 4 * DAY
        room.hearing.hear([event(EventKind.SOFT_BOUNCE, number, who, at=at)])
    assert room.suppressed(who) == {}


def test_a_crash_between_committing_and_acting_is_healed(small_room: House) -> None:
    """The events are there and marked; whoever comes next does what follows, once."""

    class Crash(BaseException):
        """As kill -9: nothing catches it."""

    class Dying(type(small_room.people)):  # type: ignore[misc]
        def bounced(self, notices: list[Notice]) -> None:
            raise Crash

        def complained(self, notices: list[Notice]) -> None:
            super().complained(notices)
            raise Crash

    people = small_room.people
    dead, angry = small_room.readers(2)
    small_room.issue(1, [dead, angry])
    told = [event(EventKind.HARD_BOUNCE, 1, dead), event(EventKind.COMPLAINT, 1, angry)]
    for one in told:
        small_room.people = Dying(
            small_room.engine, people._keys, people.catalogue, people.segments
        )
        with pytest.raises(Crash):
            small_room.hearing.hear([one])
        small_room.people = people
        assert small_room.hearing.heed() == 1
    assert small_room.suppressed(dead) == {"": "bounce: test, issue 1"}
    assert small_room.suppressed(angry) == {"": "complaint: test, issue 1"}
    withdrawn = [one for one in people.why(angry).consents if one.action == "withdrawn"]
    assert len(withdrawn) == 2  # one for each edition, though it was done twice
    assert small_room.hearing.heed() == 0


def test_a_fault_of_the_people_loses_no_event(small_room: House) -> None:
    """Once committed nothing raises: a provider need not repeat what we have."""
    who = small_room.reader(1)
    small_room.issue(1, [who])
    with small_room.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE suppression RENAME TO gone"))
    assert small_room.hearing.hear([event(EventKind.HARD_BOUNCE, 1, who)]) == 1
    with small_room.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE gone RENAME TO suppression"))
    assert small_room.hearing.heed() == 1
    assert small_room.suppressed(who) == {"": "bounce: test, issue 1"}


@pytest.mark.parametrize("kind", list(EventKind))
def test_whatever_is_heard_settles_a_doubtful_delivery(
    small_room: House, tmp_path: Path, kind: EventKind
) -> None:
    readers = small_room.readers(3)
    small_room.issue(
        1,
        readers,
        state=IssueState.SENDING,
        delivered=DeliveryState.IN_DOUBT,
        batches=BatchState.IN_DOUBT,
    )
    small_room.hearing.hear([event(kind, 1, readers[0])])
    transport = _Silent(Outbox(tmp_path / "outbox", MessageWriter()))
    reconcile(small_room.engine, transport, tmp_path / "journals", NOW, IssueId(1))
    with reading(small_room.engine) as connection:
        counts = ledger.counts(connection, IssueId(1))
    assert counts == {DeliveryState.ACCEPTED: 1, DeliveryState.IN_DOUBT: 2}


class _Silent:
    """A transport that can prove nothing, as SendGrid and SMTP."""

    name = "sendgrid"
    batch_size = 100

    def __init__(self, inner: Outbox) -> None:
        self.send = inner.send

    def evidence(self, messages: object) -> dict[str, DeliveryState]:
        return {}


def test_what_came_back_reached_nobody(room: House) -> None:
    """A reader's own window goes on from the last issue that they got."""
    got, back = room.readers(2)
    for number in (1, 2):
        room.issue(number, [got, back])
    room.hearing.hear([event(EventKind.SOFT_BOUNCE, 2, back)])
    with reading(room.engine) as connection:
        before = [issues.get(connection, IssueId(number)) for number in (2, 1)]
        last = reached.last_reached(connection, before, [got, back], NOW)
    assert last == {got: before[0].window_to, back: before[1].window_to}


def test_counts_are_of_readers_and_the_newest_come_first(room: House) -> None:
    one, other = room.readers(2)
    room.issue(1, [one, other])
    told = [
        event(EventKind.DEFERRED, 1, one, at=NOW - 2 * DAY),
        event(EventKind.DEFERRED, 1, one, at=NOW - DAY),
        event(EventKind.DELIVERED, 1, one),
        event(EventKind.DELIVERED, 1, other, at=NOW - 3 * DAY),
    ]
    room.hearing.hear(told)
    with reading(room.engine) as connection:
        assert heard.counts(connection, IssueId(1)) == {
            EventKind.DELIVERED: 2,
            EventKind.DEFERRED: 1,
        }
        last = heard.last(connection, IssueId(1), 2)
    assert last == [told[2], told[1]]


def test_no_hot_query_reads_all_events(small_room: House) -> None:
    """Among millions of events each of these reads few."""
    readers = small_room.readers(3)
    small_room.issue(1, readers)
    small_room.hearing.hear([event(EventKind.SOFT_BOUNCE, 1, one) for one in readers])
    seen: list[str] = []

    def explain(conn: object, cursor: object, statement: str, *rest: object) -> None:
        if "delivery_event" in statement and statement.startswith("SELECT"):
            seen.append(statement)

    sa.event.listen(small_room.engine, "before_cursor_execute", explain)
    with reading(small_room.engine) as connection:
        heard.pending(connection, 10)
        heard.soft_bounces(connection, readers)
        heard.complaints(connection, IssueId(1))
        heard.counts(connection, IssueId(1))
        found = [issues.get(connection, IssueId(1))]
        reached.last_reached(connection, found, readers, NOW)
        assert len(seen) == 5
        for statement in tuple(seen):
            count = statement.count("?")
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (1,) * count)
            steps = [row.detail for row in plan if "delivery_event" in row.detail]
            assert steps, statement
            for step in steps:
                assert "USING" in step and "INDEX" in step, (step, statement)  # noqa: PT018


def test_two_who_note_the_same_events_do_not_wait_for_each_other(room: House) -> None:
    """Posts come in parallel, repeated and in any order; on PostgreSQL that could deadlock."""
    readers = room.readers(20)
    room.issue(1, readers)
    told = [event(EventKind.DELIVERED, 1, one, key=str(one)) for one in readers] + [
        event(EventKind.HARD_BOUNCE, 1, one) for one in readers[:5]
    ]
    failed: list[BaseException] = []

    def hear(part: list[object]) -> None:
        try:
            for _ in range(5):
                room.hearing.hear(part)  # type: ignore[arg-type]
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [Thread(target=hear, args=(list(one),)) for one in (told, told[::-1], told[3:])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    with reading(room.engine) as connection:
        assert heard.counts(connection, IssueId(1)) == {
            EventKind.DELIVERED: 20,
            EventKind.HARD_BOUNCE: 5,
        }
    assert all(room.suppressed(one) for one in readers[:5])
