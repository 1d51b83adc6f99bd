"""A hundred times kill -9 anywhere in the line, on both databases, through every transport.

``make chaos`` does thousands. Counted from what the servers wrote down, see digest/chaos/.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from digest.chaos.record import Told
from digest.chaos.result import Ledger, Total
from tests.proof.chaos import chaos


@pytest.mark.parametrize(("transport", "kills"), [("outbox", 30), ("smtp", 30), ("sendgrid", 15)])
def test_killed_at_random_on_sqlite(transport: str, kills: int, tmp_path: Path) -> None:
    prove(transport, kills, tmp_path)


def test_events_settle_what_a_kill_left_in_doubt() -> None:
    """Late, shuffled and told twice; with many faults, so that much is in doubt."""
    words = ("--transport", "sendgrid", "--kills", "10", "--readers", "200", "--faults", "0.2")
    told = chaos(*words, "--events")
    assert told["failures"] == []
    assert told["lost"] == told["duplicates"] == told["unlisted"] == told["unsettled"] == 0


@pytest.mark.part("postgres")
@pytest.mark.parametrize(("transport", "kills"), [("outbox", 10), ("smtp", 15)])
def test_killed_at_random_on_postgres(
    transport: str, kills: int, tmp_path: Path, postgres_url: Callable[[], str]
) -> None:
    prove(transport, kills, tmp_path, "--database", postgres_url())


def prove(transport: str, kills: int, folder: Path, *words: str) -> None:
    told = chaos("--transport", transport, "--kills", str(kills), "--readers", "200", *words)
    assert told["failures"] == []
    assert told["kills"] == kills == sum(told["killed_in"].values())
    assert told["lost"] == told["duplicates"] == told["unlisted"] == 0
    assert told["recipients"] == 200 * told["rounds"]
    assert told["excluded"] == 4 * told["rounds"]
    sure = told["accepted"] + told["excluded"] + told["refused"]
    assert sure <= told["recipients"] <= sure + told["doubtful"]
    if transport == "outbox":
        assert told["doubtful"] == told["refused"] == 0
    if transport == "smtp":
        assert told["doubtful"] <= told["unknowable"] + kills * told["connections"]


def test_sending_again_in_doubt_shows_duplicates() -> None:
    """Without them the proof would prove nothing."""
    told = chaos(
        "--transport",
        "smtp",
        "--kills",
        "3",
        "--policy",
        "resend",
        "--readers",
        "150",
        "--faults",
        "0.1",
    )
    assert told["duplicates"] > 0
    assert told["lost"] == told["unlisted"] == 0


A, B, C = (f"reader{number}@example.org" for number in range(3))
EVERYBODY = frozenset({A, B, C})


@pytest.mark.parametrize(
    ("got", "accepted", "doubtful", "missed"),
    [
        ({A: 1, B: 1, C: 1}, {A, B, C}, set(), []),
        ({A: 1, B: 1}, {A, B}, set(), ["1 readers were lost"]),
        ({A: 1, B: 2, C: 1}, {A, B, C}, set(), ["1 messages came twice"]),
        ({A: 1, B: 1}, {A, B}, {C}, ["1 are in doubt, more than 0"]),
        ({A: 1, B: 1, C: 1}, {A, B}, set(), ["1 readers got it though the ledger says otherwise"]),
    ],
)
def test_the_count_finds_what_is_wrong(
    got: dict[str, int], accepted: set[str], doubtful: set[str], missed: list[str]
) -> None:
    total = Total(transport="outbox", policy="hold")
    one = Ledger(
        accepted=frozenset(accepted),
        doubtful=frozenset(doubtful),
        rejected=frozenset(),
        excluded=frozenset(),
    )
    told = Told(accepted=got, refused=frozenset(), faults={}, connections=1)
    total.count(EVERYBODY, frozenset(), told, one)
    assert total.failures() == missed


def test_who_was_suppressed_is_not_lost_but_must_get_nothing() -> None:
    total = Total(transport="outbox", policy="hold")
    one = Ledger(
        accepted=frozenset({A, B}), doubtful=frozenset(), rejected=frozenset(), excluded=frozenset()
    )
    told = Told(accepted={A: 1, B: 1}, refused=frozenset(), faults={}, connections=1)
    total.count(EVERYBODY, frozenset({C}), told, one)
    assert total.failures() == []
    total.count(EVERYBODY, frozenset({B, C}), told, one)
    assert total.failures() == ["1 readers were mailed against their will"]
