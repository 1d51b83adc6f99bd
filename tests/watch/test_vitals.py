"""A loop that hangs is found, one that is busy is not; systemd hears of it on a real socket."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.watch import systemd
from digest.watch.vitals import SLOW, STUCK, Vitals


class Seconds:
    """A clock that counts what it is told."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_a_silent_loop_is_told_of_and_one_that_ended_is_not() -> None:
    now = Seconds()
    vitals = Vitals(now)
    vitals.expect("tick", 20)
    now.at = 20 + SLOW
    assert vitals.complaints() == []
    now.at += 1
    assert vitals.complaints() == ["tick is silent: not a beat for 81 s"]
    vitals.beat("tick")
    vitals.beat("nobody")
    assert vitals.complaints() == []
    vitals.forget("tick")
    now.at += 9999
    assert vitals.complaints() == []


def test_who_is_busy_may_take_long_as_long_as_it_comes_on() -> None:
    now = Seconds()
    vitals = Vitals(now)
    vitals.expect("worker", 1)
    with vitals.busy("worker"):
        for _ in range(4):
            now.at += STUCK
            assert vitals.complaints() == []
            vitals.step()
        now.at += STUCK + 1
        assert vitals.complaints() == ["worker is stuck: not a step for 901 s"]
    assert vitals.complaints() == []


def test_one_lane_that_hangs_is_found_among_others_that_work() -> None:
    now = Seconds()
    vitals = Vitals(now)
    hanging, over = threading.Event(), threading.Event()

    def hang() -> None:
        with vitals.busy("worker"):
            hanging.set()
            over.wait(10)

    lane = threading.Thread(target=hang)
    lane.start()
    hanging.wait(10)
    now.at = STUCK + 1
    with vitals.busy("worker"):
        vitals.step()
        assert vitals.complaints() == ["worker is stuck: not a step for 901 s"]
    over.set()
    lane.join()
    assert vitals.complaints() == []


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """The socket of a service manager."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind(str(tmp_path / "notify"))
        made.settimeout(10)
        yield made


def test_systemd_hears_of_it(manager: socket.socket) -> None:
    told = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "20000"}
    complaints: list[str] = []
    assert systemd.notify("READY=1", told)
    assert manager.recv(100) == b"READY=1"
    with systemd.guarded(lambda: complaints, told):
        assert [manager.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        complaints.append("tick is silent")
        while (said := manager.recv(100)) == b"WATCHDOG=1":
            pass
        assert said == b"STATUS=tick is silent"
    rest = manager.recv(100)
    while rest.startswith(b"STATUS="):
        rest = manager.recv(100)
    assert rest == b"STOPPING=1"


def test_an_abstract_socket(tmp_path: Path) -> None:
    name = f"digest-test-{os.getpid()}-{tmp_path.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        try:
            made.bind(f"\0{name}")
        except OSError:
            pytest.skip("abstract sockets are Linux's alone: nothing to get")
        made.settimeout(10)
        assert systemd.notify("READY=1", {"NOTIFY_SOCKET": f"@{name}"})
        assert made.recv(100) == b"READY=1"


def test_nobody_asked_or_nobody_listens(tmp_path: Path) -> None:
    assert not systemd.notify("READY=1", {})
    assert not systemd.notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 15.0),
        # it is our parent's duty
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_how_often_the_watchdog_wants_to_hear(told: dict[str, str], seconds: float | None) -> None:
    assert systemd.watchdog_seconds(told) == seconds
