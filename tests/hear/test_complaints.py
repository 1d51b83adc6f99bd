"""Too many complaints stop an issue, and somebody hears of it."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from digest.deliver.consequence import ComplaintLimit, SoftLimit, too_many, too_often
from digest.model import BatchState, DeliveryState, EventKind, Issue, IssueId, IssueState
from digest.steps.complaints import pause_where_too_many
from digest.store import control, halts, heard, issues
from digest.store.control import Control
from digest.store.engine import reading, writing
from digest.store.tables import batch, delivery
from tests.hear.house import BATCH, NOW, House, event

ONE = IssueId(1)
LIMIT = ComplaintLimit(share=0.1, minimum=3)


def under_way(room: House, readers: int = 25) -> list[int]:
    """Issue 1 in three batches: two are settled, the last is planned."""
    room.complaints = LIMIT
    people = room.readers(readers)
    room.issue(1, people, state=IssueState.SENDING)
    with writing(room.engine) as connection:
        connection.execute(
            sa.update(batch).where(batch.c.number == 3).values(state=BatchState.PLANNED.value)
        )
        connection.execute(
            sa.update(delivery)
            .where(delivery.c.number == 3)
            .values(state=DeliveryState.PLANNED.value, at=None)
        )
    return people


def complain(room: House, who: int) -> None:
    room.hearing.hear([event(EventKind.COMPLAINT, 1, who)])


def goes_on(room: House) -> bool:
    """Whether senders may begin another batch: they ask so before each."""
    with reading(room.engine) as connection:
        return control.standing(connection, ONE) is None


def issue(room: House) -> Issue:
    with reading(room.engine) as connection:
        return issues.get(connection, ONE)


def test_over_the_limit_an_issue_is_paused_once(room: House) -> None:
    people = under_way(room)
    for who in people[:2]:
        complain(room, who)
        complain(room, who)  # told again: one reader
    assert goes_on(room)
    complain(room, people[2])
    assert not goes_on(room)
    assert issue(room).state is IssueState.SENDING
    assert issue(room).reason == "paused by complaints: 3 of 20 readers complained, more than 10 %"
    with writing(room.engine) as connection:
        control.say(connection, ONE, Control.RESUME, "editor", NOW)
    # Whoever resumed it has seen it.
    complain(room, people[3])
    assert goes_on(room)


def test_what_a_person_paused_stays_theirs(small_room: House) -> None:
    people = under_way(small_room)
    with writing(small_room.engine) as connection:
        control.say(connection, ONE, Control.STOP, "editor", NOW, "wrong headline")
    for who in people[:3]:
        complain(small_room, who)
    with reading(small_room.engine) as connection:
        found = control.standing(connection, ONE)
        assert halts.reasons(connection, [ONE])
    assert str(found) == "stopped by editor: wrong headline"


def test_below_the_share_many_complaints_are_few(room: House) -> None:
    people = under_way(room)
    room.complaints = ComplaintLimit(share=0.25, minimum=3)
    for who in people[:4]:
        complain(room, who)
    assert goes_on(room)
    complain(room, people[4])
    assert goes_on(room)  # 5 of 20 are the limit, not over it
    complain(room, people[5])
    assert not goes_on(room)


def test_of_an_issue_that_is_sent_it_is_only_said(small_room: House) -> None:
    small_room.complaints = LIMIT
    people = small_room.readers(10)
    small_room.issue(1, people)
    for who in people[:4]:
        complain(small_room, who)
    assert issue(small_room).state is IssueState.SENT
    assert issue(small_room).reason == ""
    with reading(small_room.engine) as connection:
        told = halts.reasons(connection, [ONE, IssueId(2)])
        assert control.standing(connection, ONE) is None
    assert told == {ONE: "3 of 10 readers complained, more than 10 %"}


def test_no_issue_no_harm(small_room: House) -> None:
    pause_where_too_many(small_room.engine, NOW, [IssueId(9)], ComplaintLimit(share=0, minimum=0))
    with reading(small_room.engine) as connection:
        assert heard.complaints(connection, IssueId(9)) == (0, 0)


def test_readers_are_counted_by_batches(small_room: House) -> None:
    for number, readers in ((1, 1), (2, BATCH), (3, BATCH + 1), (4, 3 * BATCH)):
        people = [small_room.reader(number * 1000 + one) for one in range(readers)]
        small_room.issue(number, people)
        with reading(small_room.engine) as connection:
            assert heard.complaints(connection, IssueId(number)) == (0, readers)


@pytest.mark.parametrize(
    ("complaints", "handed", "over"),
    [(4, 100, False), (5, 100, True), (5, 5000, False), (16, 5000, True), (15, 5000, False)],
)
def test_the_default_limit(complaints: int, handed: int, over: bool) -> None:
    assert too_many(complaints, handed, ComplaintLimit()) is over


def test_soft_bounces_are_counted_within_any_stretch() -> None:
    limit = SoftLimit(times=3, within=timedelta(days=10))

    def told(*days: int) -> list[tuple[datetime, IssueId]]:
        return [(NOW + timedelta(days=day), IssueId(number)) for number, day in enumerate(days)]

    assert too_often(told(0, 5, 10), limit)
    assert not too_often(told(0, 5, 11), limit)
    assert too_often(told(40, 0, 11, 5, 13), limit)
    same = [(NOW, IssueId(1)), (NOW, IssueId(1)), (NOW, IssueId(2))]
    assert not too_often(same, limit)
    assert not too_often([], limit)
