"""Issues received are counted once, whoever counts and however often it breaks off."""

import threading
from datetime import timedelta
from io import BytesIO

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from subscribers import Engagement
from subscribers.engagement import seen
from subscribers.store import reading
from subscribers.tables import attribute, received, subscriber
from tests.subscribers.conftest import NOW, add, house

LATER = NOW + timedelta(days=1)


def counts(engine: Engine) -> dict[int, int]:
    with reading(engine) as connection:
        rows = connection.execute(sa.select(received).order_by(received.c.subscriber_id))
        return {row.subscriber_id: row.issues for row in rows}


def test_counted_once_in_order(engine: Engine) -> None:
    people, told = house(engine), Engagement(engine)
    ids = [add(people, f"reader{number}@example.org") for number in range(6)]
    assert told.uncounted([7]) == {7: 0}
    assert told.count(7, "morning", ids[:3], NOW, after=0)
    assert not told.count(7, "morning", ids[:3], NOW, after=0), "told again after a crash"
    assert told.uncounted([7, 8]) == {7: ids[2], 8: 0}
    assert told.count(7, "morning", ids[4:], NOW, after=ids[2])
    assert told.count(7, "morning", [], NOW, after=ids[5])
    assert told.uncounted([7]) == {}
    assert not told.count(7, "morning", ids, NOW, after=0)
    assert counts(engine) == dict.fromkeys((*ids[:3], *ids[4:]), 1)
    # The newest issue stays the newest, in whatever order they are counted; the erased are gone.
    assert told.count(9, "morning", ids[:2], LATER, after=0)
    assert told.count(8, "morning", [ids[0], 99], NOW - timedelta(days=9), after=0)
    assert counts(engine)[ids[0]] == 3
    with reading(engine) as connection:
        last = connection.scalars(
            sa.select(received.c.last_at).where(received.c.subscriber_id.in_(ids[:2]))
        )
        assert set(last) == {LATER}


def test_many_count_at_a_time(engine: Engine) -> None:
    people = house(engine)
    ids = [add(people, f"reader{number}@example.org") for number in range(40)]
    start = threading.Barrier(4)

    def count() -> None:
        told = Engagement(engine)
        start.wait()
        for at in range(0, 40, 5):
            told.count(1, "morning", ids[at : at + 5], NOW, after=ids[at - 1] if at else 0)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert counts(engine) == dict.fromkeys(ids, 1)


def test_active_only_goes_on(engine: Engine) -> None:
    people = house(engine)
    one, two = add(people, "a@example.org"), add(people, "b@example.org")
    with engine.begin() as connection:
        for who, at in ((one, LATER), (one, NOW), (two, NOW)):
            seen(connection, [who], at)
    with reading(engine) as connection:
        rows = connection.execute(sa.select(subscriber.c.id, subscriber.c.last_active_at))
        assert {row.id: row.last_active_at for row in rows} == {one: LATER, two: NOW}


def test_attributes_come_by_import(engine: Engine) -> None:
    people = house(engine)
    head = "email,consent_source,editions,attribute:Plan,attribute:renews,attribute:a/b,tags\n"

    def bring(row: str) -> list[str]:
        report = people.import_csv(BytesIO((head + row).encode()), now=NOW, actor="tests")
        assert not report.rejected
        assert report.ignored_columns == ("attribute:a/b",)
        return [one.detail for one in report.warnings]

    def known() -> dict[str, str]:
        with reading(engine) as connection:
            return {row.name: row.value for row in connection.execute(sa.select(attribute))}

    assert bring("a@example.org,form,morning, gold ,2026-01-31,x,vip\n") == []
    assert known() == {"plan": "gold", "renews": "2026-01-31"}
    # A filled cell replaces, an empty one says nothing.
    assert bring("a@example.org,form,morning,silver,,x,\n") == []
    assert known() == {"plan": "silver", "renews": "2026-01-31"}
    told = bring(f"a@example.org,form,morning,{'x' * 201},,x,\n")
    assert told == ["attribute:plan: over 200 characters"]
    assert known() == {"plan": "silver", "renews": "2026-01-31"}
