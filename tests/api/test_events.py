"""Followers miss nothing, whatever order transactions end in."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from digest.store.engine import make_engine
from subscribers import Choice, migrate
from subscribers.errors import CursorError
from subscribers.feed import Cursor, Event, Happening, after, erased, record
from subscribers.store import reading
from subscribers.tables import event
from tests.api.conftest import Api
from tests.subscribers.conftest import NOW, add


@dataclass(frozen=True, slots=True)
class Notice:
    """What a provider tells."""

    subscriber: int
    at: datetime = NOW
    source: str = "tests, issue 1, 550"
    edition: str = "morning"


class Follower:
    """Polls, and keeps what it saw."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.cursor = Cursor()
        self.seen: list[int] = []

    def poll(self, limit: int = 100) -> list[int]:
        """What is new."""
        with reading(self.engine) as connection:
            found, self.cursor = after(connection, self.cursor, limit)
        new = [event.subscriber for _, event in found]
        self.seen += new
        return new


def tell(connection: sa.Connection, who: int) -> None:
    """One event."""
    record(connection, [Event(subscriber=who, kind=Happening.CHANGED, at=NOW)])


def kinds(api: Api) -> list[tuple[str, int, str]]:
    """All events, in order."""
    return [
        (one["kind"], one["subscriber"], one["edition"])
        for one in api.ask("GET", "/events")["items"]
    ]


def test_each_thing_is_told_once(api: Api) -> None:
    who = add(api.people, "ada@example.org")
    token = api.people.preferences_path(who, NOW).removeprefix("/p/")
    chosen = Choice(
        editions=frozenset({"morning"}), regions=frozenset({"europe"}), topics=frozenset()
    )
    api.people.set_preferences(token, chosen, NOW)
    api.people.set_preferences(token, chosen, NOW)
    for _ in range(2):
        api.people.bounced([Notice(who)])
    for _ in range(2):
        api.people.complained([Notice(who)])
    api.people.bounced([Notice(who)])
    with api.engine.begin() as connection:
        erased(connection, who, NOW)
    assert kinds(api) == [
        ("subscribed", who, "morning"),
        ("changed", who, ""),
        ("bounced", who, ""),
        ("complained", who, ""),
        ("left", who, "morning"),
        ("erased", who, ""),
    ]


def test_it_is_followed_page_by_page(api: Api) -> None:
    everyone = [add(api.people, f"r{one}@example.org") for one in range(5)]
    cursor, seen = "", []
    for _ in range(4):
        page = api.ask("GET", f"/events?limit=2&after={cursor}")
        seen += [one["subscriber"] for one in page["items"]]
        cursor = page["next"]
    assert seen == everyone
    assert api.ask("GET", f"/events?after={cursor}") == {"items": [], "next": cursor}
    late = add(api.people, "late@example.org")
    (event,) = api.ask("GET", f"/events?after={cursor}")["items"]
    assert event["subscriber"] == late


@pytest.mark.part("postgres")
def test_events_restored_into_another_cluster(postgres_url: Callable[[], str]) -> None:
    engine = make_engine(postgres_url())
    migrate(engine)
    ahead, behind = Follower(engine), Follower(engine)
    with engine.begin() as connection:
        tell(connection, 1)
    assert ahead.poll() == behind.poll() == [1]
    for who in (2, 3):
        with engine.begin() as connection:
            tell(connection, who)
    assert ahead.poll() == [2, 3]
    with engine.begin() as connection:
        # There, many more transactions had been when these two were written.
        late = sa.update(event).where(event.c.subscriber_id > 1).values(xid=event.c.xid + 10**9)
        connection.execute(late)
    ahead.cursor = Cursor(ahead.cursor.xid + 10**9, ahead.cursor.id)
    migrate(engine)
    with engine.begin() as connection:
        tell(connection, 4)
    assert behind.poll() == [2, 3, 4]
    with pytest.raises(CursorError):
        ahead.poll()
    ahead.cursor = Cursor()
    assert ahead.poll() == [1, 2, 3, 4]
    before = behind.cursor
    migrate(engine)
    assert (behind.poll(), behind.cursor) == ([], before)
    engine.dispose()


def test_a_cursor_that_is_none(api: Api) -> None:
    api.ask("GET", "/events?after=soon", status=422)
    assert api.ask("GET", "/events?after=999999999999.5", status=410)["code"] == "cursor_gone"


@pytest.fixture
def postgres(postgres_url: Callable[[], str]) -> Iterator[Engine]:
    """Only PostgreSQL lets two write at once."""
    made = make_engine(postgres_url())
    migrate(made)
    yield made
    made.dispose()


@pytest.mark.part("postgres")
def test_transactions_that_overlap(postgres: Engine) -> None:
    follower = Follower(postgres)
    with postgres.connect() as first, postgres.connect() as second:
        tell(first, 1)
        tell(second, 2)
        tell(first, 3)
        second.commit()
        # 2 was written after 1, and committed before it: told now, 1 would be passed over.
        assert follower.poll() == []
        first.commit()
    assert follower.poll(1) == [1]
    assert follower.poll() == [3, 2]
    assert follower.poll() == []


@pytest.mark.part("postgres")
def test_a_transaction_that_began_early_and_wrote_late(postgres: Engine) -> None:
    follower = Follower(postgres)
    with postgres.connect() as early, postgres.connect() as late:
        early.execute(sa.select(sa.func.pg_current_xact_id()))
        tell(late, 1)
        late.commit()
        tell(early, 2)
        assert follower.poll() == []
        early.rollback()
    assert follower.poll() == [1]


def test_many_writers_and_a_follower(engine: Engine) -> None:
    follower = Follower(engine)
    writers = 4 if engine.dialect.name == "postgresql" else 2

    def write(one: int) -> None:
        for number in range(25):
            with engine.connect() as connection, connection.begin() as transaction:
                tell(connection, 1000 * one + number)
                if number % 5 == 4:
                    transaction.rollback()

    threads = [threading.Thread(target=write, args=(one,)) for one in range(writers)]
    for one in threads:
        one.start()
    while any(one.is_alive() for one in threads):
        follower.poll(3)
    while follower.poll():
        pass
    expected = [
        1000 * one + number for one in range(writers) for number in range(25) if number % 5 < 4
    ]
    assert sorted(follower.seen) == expected
