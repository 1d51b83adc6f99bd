"""Several ways out: who goes which way, several lanes at a time, another way when one is gone."""

import signal
import threading
import time
from array import array
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from digest.clock import SetClock
from digest.deliver.account import Account
from digest.deliver.dispatch import TRY_AGAIN, dispatch
from digest.deliver.routes import Paced, Route, Routes
from digest.deliver.sender import Sender, SendReport
from digest.deliver.transports.sendgrid import SendGrid
from digest.deliver.warm_up import Plan
from digest.model import DeliveryState, Message, SubscriberId
from digest.protocols import Transport
from digest.steps.ways import WARM_UP, SharedOut, share_out
from digest.store import fsck, ledger, warming
from digest.store.engine import reading, writing
from digest.store.tables import batch, delivery
from tests.deliver.newsroom import ISSUE, NOW, Readers, audience, freeze, sender
from tests.deliver.scripted import Act, Scripted
from tests.deliver.servers import Answer, sendgrid_api

ACCEPTED, PLANNED = DeliveryState.ACCEPTED, DeliveryState.PLANNED
IN_DOUBT, EXCLUDED = DeliveryState.IN_DOUBT, DeliveryState.EXCLUDED
DAY = date(2026, 11, 24)

# --- warm-up ------------------------------------------------------------------------------------


@given(
    domains=st.lists(st.sampled_from(["a.example", "b.example", "c.example"]), max_size=80),
    per_day=st.integers(1, 40),
    per_domain=st.none() | st.integers(1, 20),
    age=st.integers(-2, 6),
    before=st.dictionaries(st.sampled_from(["a.example", "b.example"]), st.integers(1, 30)),
)
def test_a_plan_never_lets_more_go_than_it_says(
    domains: list[str], per_day: int, per_domain: int | None, age: int, before: dict[str, int]
) -> None:
    plan = Plan(started=DAY - timedelta(days=age), per_day=per_day, per_domain=per_domain, days=5)
    room = plan.room(DAY)
    if room is None:
        assert age >= 5
        return
    room = replace(room, before=before, spent=sum(before.values()))
    took = Counter(domain for domain in domains if room.takes(domain))
    most = int(per_day * 1.5**age) if age >= 0 else 0
    assert took.total() + sum(before.values()) <= max(most, sum(before.values()))
    for domain, many in took.items():
        if per_domain is not None:
            assert many + before.get(domain, 0) <= int(per_domain * 1.5**age)
    if per_domain is None:
        assert took.total() == min(len(domains), max(0, most - sum(before.values()))), "nor less"


def domain_of(readers: Sequence[SubscriberId]) -> dict[SubscriberId, str]:
    """Two of three at one large provider."""
    return {who: "small.example" if who % 3 == 0 else "large.example" for who in readers}


def share(engine: Engine, ways: Sequence[Route], count: int = 30) -> SharedOut:
    """Share out readers 1 to ``count``, of five variants in turn."""
    readers = array("q", range(1, count + 1))
    variants = array("q", (who % 5 + 1 for who in readers))
    with writing(engine) as connection:
        return share_out(connection, ways, domain_of, DAY, readers, variants)


def by_route(shared: SharedOut) -> dict[str, list[int]]:
    stream = shared.assignments()
    return {
        str(one.route or one.left_out): sorted(next(stream)[0] for _ in range(one.readers))
        for one in shared.shares
    }


def way(name: str, size: int = 10, **rules: Any) -> Route:
    return Route(name=name, transport=Scripted(batch_size=size), **rules)


NEW = Plan(started=DAY, per_day=9, per_domain=6)


def test_whom_a_new_sender_may_not_mail_yet_go_another_way(engine: Engine) -> None:
    ways = [way("new", warm_up=NEW), way("relay", 4)]
    found = by_route(share(engine, ways))
    assert Counter(domain_of(found["new"]).values()) == {"large.example": 6, "small.example": 3}
    assert sorted(found["new"] + found["relay"]) == list(range(1, 31))
    with reading(engine) as connection:
        assert warming.on(connection, "new", DAY) == {
            "": 9,
            "large.example": 6,
            "small.example": 3,
        }


def test_a_second_issue_of_a_day_finds_no_room_left(engine: Engine) -> None:
    ways = [way("new", warm_up=NEW), way("relay")]
    share(engine, ways)
    assert list(by_route(share(engine, ways))) == ["relay"]


def test_two_issues_that_are_addressed_at_a_time_share_the_room(engine: Engine) -> None:
    ways = [way("new", warm_up=NEW), way("relay")]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: by_route(share(engine, ways)), range(4)))
    assert sum(len(one.get("new", [])) for one in found) == 9


def test_where_no_way_has_room_readers_are_left_out_and_listed(engine: Engine) -> None:
    freeze(engine, 0, 10)
    shared = share(engine, [way("new", 4, warm_up=NEW)])
    with writing(engine) as connection:
        frozen = ledger.freeze(
            connection, ISSUE, shared.assignments(), {"left": 2}, 10, shared.shares
        )
    assert frozen.audience == 32
    with reading(engine) as connection:
        assert ledger.counts(connection, ISSUE) == {PLANNED: 9, EXCLUDED: 21}
        left_out = warming.left_out(connection, ISSUE, WARM_UP)
        assert fsck.check(connection, ISSUE, fsck.LEDGER) == []
        planned = set(
            connection.scalars(
                sa.select(delivery.c.subscriber_id).where(delivery.c.state == "planned")
            )
        )
    assert sorted(planned | set(left_out)) == list(range(1, 31))
    assert shared.counts() == {WARM_UP: 21}


def test_each_batch_has_one_way_and_its_size(engine: Engine) -> None:
    freeze(engine, 0, 10)
    shared = share(engine, [way("new", 4, warm_up=NEW), way("relay", 10)])
    with writing(engine) as connection:
        ledger.freeze(connection, ISSUE, shared.assignments(), {}, 10, shared.shares)
    with reading(engine) as connection:
        rows = connection.execute(
            sa.select(batch.c.number, batch.c.route, sa.func.count())
            .join(delivery, delivery.c.number == batch.c.number)
            .group_by(batch.c.number, batch.c.route)
            .order_by(batch.c.number)
        ).all()
    assert [tuple(row) for row in rows] == [
        *((1, "new", 4), (2, "new", 4), (3, "new", 1)),
        *((4, "relay", 10), (5, "relay", 10), (6, "relay", 1)),
    ]


def test_without_a_plan_nobodys_domain_is_asked_for(engine: Engine) -> None:
    def never(readers: Sequence[SubscriberId]) -> dict[SubscriberId, str]:
        raise AssertionError(f"asked for {len(readers)} domains")

    over = Plan(started=DAY - timedelta(days=40), per_day=1)
    with writing(engine) as connection:
        shared = share_out(
            connection,
            [way("grid", warm_up=over), way("relay")],
            never,
            DAY,
            array("q", [3, 1, 2, 4]),
            array("q", [2, 1, 2, 1]),
        )
    assert list(shared.assignments()) == [(1, 1), (4, 1), (3, 2), (2, 2)], "a variant together"
    assert shared.counts() == {"grid": 4}


# --- sending ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """An issue to 60 readers and two ways for it."""

    engine: Engine
    folder: Path
    clock: SetClock
    readers: Readers

    def freeze(self, shares: dict[str, int]) -> None:
        freeze(self.engine, 0, 10)
        with writing(self.engine) as connection:
            ledger.freeze(
                connection,
                ISSUE,
                ((who, ledger_variant(who)) for who in range(1, sum(shares.values()) + 1)),
                {},
                10,
                [
                    ledger.Share(readers=many, batch_size=10, route=name)
                    for name, many in shares.items()
                ],
            )

    def paced(self, name: str, transport: Transport) -> Transport:
        return Paced(transport, Account(engine=self.engine, clock=self.clock, name=name))

    def send(self, *ways: Route) -> SendReport:
        several = Routes(ways, ways[0].name) if len(ways) > 1 else ways[0].transport
        one: Sender = sender(self.engine, several, self.readers, self.folder, self.clock)
        one = replace(one, routes={each.name: each.transport for each in ways})
        return dispatch(one, ways, ISSUE, "daily")


def ledger_variant(who: int) -> Any:
    return who % 2 + 1


@pytest.fixture
def line(engine: Engine, tmp_path: Path) -> Line:
    return Line(engine, tmp_path, SetClock(NOW), audience(60))


def test_every_batch_goes_its_way(line: Line) -> None:
    line.freeze({"a": 25, "b": 15})
    first, second = Scripted(), Scripted()
    report = line.send(Route(name="a", transport=first), Route(name="b", transport=second))
    assert report.counts == {ACCEPTED: 40}
    assert set(first.taken) == set(range(1, 26))
    assert set(second.taken) == set(range(26, 41))
    assert report.handed == {ACCEPTED: 40}


def test_lanes_hand_over_several_batches_at_a_time_and_each_once(line: Line) -> None:
    line.freeze({"grid": 60})
    with sendgrid_api(lambda *_: Answer(wait=0.2)) as api:
        grid = SendGrid("SG.key", host=api.host, timeout=5)
        report = line.send(Route(name="grid", transport=grid, lanes=6))
    assert report.counts == {ACCEPTED: 60}
    assert sorted(api.refs()) == sorted(f"1-{who}" for who in range(1, 61))
    assert not list((line.folder / "journals").iterdir())


def test_a_fault_of_ours_in_one_lane_is_told_and_ends_all(line: Line) -> None:
    line.freeze({"grid": 60})
    scripted = Scripted(lambda one: Act.CRASH if one.subscriber == 15 else Act.ACCEPT)
    with pytest.raises(RuntimeError, match="our own"):
        line.send(Route(name="grid", transport=scripted, lanes=3))
    with reading(line.engine) as connection:
        counts = ledger.counts(connection, ISSUE)
    assert set(counts) <= {ACCEPTED, PLANNED}


def test_an_interrupt_lets_the_batches_at_work_finish_and_begins_no_other(line: Line) -> None:
    line.freeze({"grid": 60})

    def act(one: Message) -> Act:
        if one.subscriber == 25:
            main = threading.main_thread().ident
            assert main is not None
            signal.pthread_kill(main, signal.SIGINT)
        time.sleep(0.01)
        return Act.ACCEPT

    with pytest.raises(KeyboardInterrupt):
        line.send(Route(name="grid", transport=Scripted(act), lanes=2))
    with reading(line.engine) as connection:
        counts = ledger.counts(connection, ISSUE)
    assert set(counts) == {ACCEPTED, PLANNED}
    assert not list((line.folder / "journals").iterdir())


def test_what_one_way_cannot_take_goes_another_but_never_what_is_in_doubt(line: Line) -> None:
    line.freeze({"grid": 40, "relay": 20})

    def dropping(number: int, asked: dict[str, Any]) -> Answer:
        return Answer(drop=True)

    with sendgrid_api(dropping) as api:
        grid = SendGrid("SG.key", host=api.host, timeout=5)
        relay = Scripted()
        report = line.send(
            Route(name="grid", transport=line.paced("grid", grid), give_up_after=timedelta(0)),
            Route(name="relay", transport=line.paced("relay", relay)),
        )
    doubtful = {
        one["custom_args"]["dg_delivery"] for body in api.asked for one in body["personalizations"]
    }
    assert len(api.asked) == 1
    assert report.counts == {IN_DOUBT: len(doubtful), ACCEPTED: 60 - len(doubtful)}
    assert not {f"1-{who}" for who in relay.taken} & doubtful
    assert set(relay.taken.values()) == {1}


def test_a_way_is_given_up_only_after_its_time(line: Line) -> None:
    line.freeze({"grid": 20, "relay": 0})
    broken, relay = Scripted(lambda one: Act.FAIL), Scripted()
    ways = (
        Route(
            name="grid", transport=line.paced("grid", broken), give_up_after=timedelta(minutes=10)
        ),
        Route(name="relay", transport=line.paced("relay", relay)),
    )
    for minutes in (0, 4, 9):
        line.clock.at = NOW + timedelta(minutes=minutes)
        assert line.send(*ways).counts == {PLANNED: 20}
    line.clock.at = NOW + timedelta(minutes=11)
    assert line.send(*ways).counts == {ACCEPTED: 20}
    assert set(relay.taken) == set(range(1, 21))


def test_a_way_that_failed_long_ago_is_tried_again(line: Line) -> None:
    line.freeze({"grid": 20})
    broken, relay = Scripted(lambda one: Act.FAIL), Scripted()
    mended = Scripted()
    rules: dict[str, Any] = {"name": "grid", "give_up_after": timedelta(minutes=10)}
    other = Route(name="relay", transport=line.paced("relay", relay))
    line.send(Route(transport=line.paced("grid", broken), **rules), other)
    line.clock.at = NOW + TRY_AGAIN + timedelta(minutes=1)
    report = line.send(Route(transport=line.paced("grid", mended), **rules), other)
    assert report.counts == {ACCEPTED: 20}
    assert set(mended.taken) == set(range(1, 21))


def test_no_way_that_warms_up_stands_in_for_another(line: Line) -> None:
    line.freeze({"grid": 20})
    broken, young = Scripted(lambda one: Act.FAIL), Scripted()
    report = line.send(
        Route(name="grid", transport=line.paced("grid", broken), give_up_after=timedelta(0)),
        Route(name="new", transport=line.paced("new", young), warm_up=NEW),
    )
    assert report.counts == {PLANNED: 20}
    assert not young.taken


def test_a_route_that_config_no_longer_names_is_the_first_ones_business(line: Line) -> None:
    line.freeze({"old": 20})
    first, second = Scripted(), Scripted()
    report = line.send(Route(name="a", transport=first), Route(name="b", transport=second))
    assert report.counts == {ACCEPTED: 20}
    assert len(first.taken) == 20


def test_a_way_that_pauses_holds_up_no_other(line: Line) -> None:
    line.freeze({"a": 20, "b": 20})
    broken, fine = Scripted(lambda one: Act.FAIL), Scripted()
    report = line.send(Route(name="a", transport=broken), Route(name="b", transport=fine))
    assert report.counts == {PLANNED: 20, ACCEPTED: 20}
    assert "gone" in report.paused
