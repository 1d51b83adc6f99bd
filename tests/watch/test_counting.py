"""What the line tells its meter: requests as providers count them, outcomes by state."""

from pathlib import Path

from digest.deliver.transports.outbox import Outbox
from digest.deliver.watched import Watched
from digest.deliver.writer import MessageWriter
from digest.watch.meter import Meter, short
from tests.deliver.newsroom import message
from tests.deliver.test_sendgrid import NoJournal


class Heard(Meter):
    """Remembers."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[tuple[str, str]] = []
        self.states: list[str] = []

    def requested(self, route: str, code: str, seconds: float) -> None:
        assert seconds >= 0
        self.requests.append((route, code))

    def handed_over(self, route: str, state: str) -> None:
        self.states.append(state)


def test_each_message_is_one_request_and_told_by_its_state(tmp_path: Path) -> None:
    heard = Heard()
    watched = Watched(Outbox(tmp_path, MessageWriter()), "main", heard)
    outcomes = list(watched.send("1.1.1", [message(one) for one in (1, 2, 3)], NoJournal()))
    assert len(outcomes) == len(heard.requests) == 3
    assert heard.states == ["accepted"] * 3
    assert {route for route, _ in heard.requests} == {"main"}
    assert watched.name == "outbox"


def test_a_code_is_three_digits_or_none() -> None:
    assert [short(code) for code in ("250", "550 5.1.1", "202", "", "not sent: x", "12")] == [
        "250",
        "550",
        "202",
        "none",
        "none",
        "none",
    ]
