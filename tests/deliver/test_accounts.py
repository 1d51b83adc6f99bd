"""Token buckets that all workers share, and what is known of a provider's account."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from digest.clock import SystemClock
from digest.deliver.account import Account
from digest.deliver.pace import ProviderBusyError
from digest.deliver.routes import Paced, Route, Routes
from digest.errors import TransportError
from digest.model import DeliveryState, Message, Outcome
from digest.store import routes
from digest.store.engine import reading, writing
from tests.deliver.newsroom import message
from tests.deliver.scripted import Act, Scripted
from tests.deliver.test_sendgrid import NoJournal


def over(released: Sequence[tuple[float, int]], rate: float, slack: float = 0.0) -> list[str]:
    """Every window in which more went than a second's worth and what time brought."""
    told = sorted(released)
    found = []
    for first, (start, _) in enumerate(told):
        messages = 0
        for end, many in told[first:]:
            messages += many
            allowed = max(rate, 1) + rate * (end - start) + slack
            if messages > allowed + 1e-3:  # of reckoning at 1.8e9 seconds
                found.append(f"{messages} in {end - start:.3f} s")
    return found


@pytest.mark.parametrize("seed", range(8))
def test_never_over_the_rate_whatever_is_asked_when(engine: Engine, seed: int) -> None:
    """Time told by hand: bursts, pauses, clocks that go back."""
    draw = random.Random(seed)
    rate = draw.choice([0.5, 3.0, 40.0, 1000.0])
    now, latest = 1_800_000_000.0, 0.0
    released = []
    for _ in range(40):
        now += draw.choice([0.0, 0.0, draw.random() / rate, draw.random() * 3, -0.5])
        messages = draw.randint(1, max(1, int(rate)))
        with writing(engine) as connection:
            wait = routes.take(connection, "grid", messages, rate, now)
        assert wait >= 0
        # A clock that went back stands still meanwhile.
        latest = max(latest, now)
        released.append((latest + wait, messages))
    assert over(released, rate) == []


def test_no_time_is_lost_either(engine: Engine) -> None:
    now = 1_800_000_000.0
    with writing(engine) as connection:
        waits = [routes.take(connection, "grid", 10, 10.0, now) for _ in range(5)]
        assert waits == pytest.approx([0, 1, 2, 3, 4])
        assert routes.take(connection, "grid", 10, 10.0, now + 100) == 0
        routes.give_back(connection, "grid", 10)
        assert routes.take(connection, "grid", 10, 10.0, now + 100) == 0


TAKER = """
import sys, time
from digest.store import routes
from digest.store.engine import make_engine, writing
engine = make_engine(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
end = time.time() + 2
while time.time() < end:
    with writing(engine) as connection:
        wait = routes.take(connection, "grid", 5, 100.0)
    time.sleep(wait)
    print(time.time(), 5, flush=True)
"""


def test_several_processes_together_keep_the_rate(engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    takers = [
        subprocess.Popen(
            [sys.executable, "-c", TAKER, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    try:
        for one in takers:
            assert one.stdout
            assert one.stdout.readline() == "ready\n"
        for one in takers:
            assert one.stdin
            one.stdin.write("go\n")
            one.stdin.flush()
        told = [one.communicate(timeout=30)[0] for one in takers]
    finally:
        for one in takers:
            one.kill()
    released = [
        (float(at), int(many)) for text in told for at, many in map(str.split, text.splitlines())
    ]
    # Who was let go may be late, and then somebody else seems early: by what a late one may hold.
    assert over(released, 100.0, slack=25) == []
    assert sum(many for _, many in released) > 150, "nor is it much slower"


@pytest.fixture
def account(engine: Engine) -> Account:
    return Account(engine=engine, clock=SystemClock(), name="grid", per_second=50.0)


def test_who_would_wait_long_gives_the_batch_back(account: Account) -> None:
    account.wait("1.1.1", 50)
    with pytest.raises(ProviderBusyError) as caught:
        account.wait("1.2.1", 50_000)
    assert caught.value.until is not None
    assert timedelta(minutes=10) < caught.value.until - datetime.now(UTC) < timedelta(minutes=20)
    started = time.monotonic()
    account.wait("1.3.1", 5)
    assert time.monotonic() - started < 1, "and takes nobody's turn"


def test_who_is_told_to_stop_waits_no_longer(engine: Engine) -> None:
    stopped: list[bool] = []
    one = Account(
        engine=engine, clock=SystemClock(), name="grid", per_second=1.0, stop=lambda: bool(stopped)
    )
    one.wait("1.1.1", 1)
    stopped.append(True)
    started = time.monotonic()
    with pytest.raises(ProviderBusyError):
        one.wait("1.2.1", 60)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("rate", [None, 1000.0])
def test_what_one_worker_hears_of_a_limit_all_keep(engine: Engine, rate: float | None) -> None:
    heard, other = (
        Account(engine=engine, clock=SystemClock(), name="grid", per_second=rate) for _ in range(2)
    )
    heard.wait("1.1.1", 1)
    heard.close(datetime.now(UTC) + timedelta(minutes=9))
    heard.close(datetime.now(UTC) + timedelta(minutes=5))
    with pytest.raises(ProviderBusyError) as caught:
        other.wait("1.2.1", 1)
    assert caught.value.until is not None
    assert caught.value.until - datetime.now(UTC) > timedelta(minutes=8), "the later one"
    Account(engine=engine, clock=SystemClock(), name="relay").wait("1.3.1", 1)


@dataclass(slots=True)
class Busy(Scripted):
    """A provider that asks for quiet."""

    until: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(hours=1))

    def send(self, batch: str, messages: Sequence[Message], journal: object) -> Iterator[Outcome]:
        raise ProviderBusyError("later", until=self.until, batch=batch)
        yield


def failing_since(engine: Engine) -> datetime | None:
    with reading(engine) as connection:
        state = routes.states(connection).get("grid")
    return state.failing_since if state else None


def test_a_paced_transport_tells_how_its_account_is(engine: Engine) -> None:
    account = Account(engine=engine, clock=SystemClock(), name="grid")
    acts = {1: Act.FAIL, 2: Act.ACCEPT}
    paced = Paced(Scripted(lambda one: acts[one.subscriber]), account)
    for _ in range(2):
        with pytest.raises(TransportError):
            list(paced.send("1.1.1", [message(1)], NoJournal()))
    since = failing_since(engine)
    assert since is not None
    assert datetime.now(UTC) - since < timedelta(minutes=1)
    list(paced.send("1.2.1", [message(2)], NoJournal()))
    assert failing_since(engine) is None
    with pytest.raises(ProviderBusyError):
        list(paced.around(Busy()).send("1.3.1", [message(2)], NoJournal()))
    assert failing_since(engine) is None, "busy is not broken"
    with pytest.raises(ProviderBusyError):
        list(paced.send("1.4.1", [message(2)], NoJournal()))


@pytest.mark.parametrize(("rate", "size"), [(None, 10), (3.5, 3), (0.1, 1), (1000.0, 10)])
def test_a_batch_is_never_more_than_a_second_lets_go(
    engine: Engine, rate: float | None, size: int
) -> None:
    account = Account(engine=engine, clock=SystemClock(), name="grid", per_second=rate)
    assert Paced(Scripted(), account).batch_size == size


@dataclass(slots=True)
class Proving(Scripted):
    """A transport with proof."""

    proof: dict[str, DeliveryState] = field(default_factory=dict)

    def evidence(self, messages: Sequence[str]) -> dict[str, DeliveryState]:
        return self.proof


def test_one_routes_silence_proves_nothing_about_anothers_mail() -> None:
    accepted, planned = DeliveryState.ACCEPTED, DeliveryState.PLANNED
    first = Proving(proof={"1-1": planned, "1-2": accepted, "1-3": planned})
    second = Proving(proof={"1-1": planned, "1-2": planned})
    several = Routes(
        [Route(name="a", transport=first), Route(name="b", transport=second)], letters="b"
    )
    assert several.evidence(["1-1", "1-2", "1-3"]) == {"1-1": planned, "1-2": accepted}
    list(several.send("confirm-1", [message(7)], NoJournal()))
    assert (first.taken[7], second.taken[7]) == (0, 1), "letters go by the one that is named"
