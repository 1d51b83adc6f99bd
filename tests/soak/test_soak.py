"""The short form of ``make soak``: some days, few readers, many faults."""

import logging
from datetime import timedelta
from pathlib import Path

import structlog

from tests.soak.measure import slope
from tests.soak.month import Month, differ
from tests.soak.newsroom import EDITIONS, Place, Rhythm, of

RHYTHM = Rhythm(near=timedelta(minutes=30), quiet=timedelta(hours=6))


def test_days_with_deaths_and_a_clock_that_jumps(tmp_path: Path) -> None:
    critical = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=critical)
    month = Month(Place(tmp_path, 4), 200, 6, RHYTHM, batch_size=25, harm=8)
    days = list(month.days(2))
    tally = month.tally
    assert tally.wrong == []
    assert tally.issues >= 6
    assert tally.mails > 300
    assert tally.faults["deaths"] > 0, "else nothing was tried"
    assert tally.faults["killed"] > 0
    assert tally.faults["clock steps"] > 0
    assert max(one.files for one in days) - days[0].files <= 3


def test_the_judge_can_say_no() -> None:
    due = bytes((0, 1, 1, 0))
    assert differ(bytes((0, 1, 1)), due) == []
    assert differ(bytes((0, 2, 1, 0, 0)), due) == ["reader 1: 2 mails, 1 due"]
    assert differ(bytes((0, 1, 0, 1)), due) == [
        "reader 2: 0 mails, 1 due",
        "reader 3: 1 mails, 0 due",
    ]


def test_growth_is_seen() -> None:
    assert slope([100.0, 100.0, 100.0]) == 0
    assert round(slope([100.0, 102.1, 103.9, 106.0]), 1) == 2.0


def test_every_reader_has_an_edition() -> None:
    assert all(any(of(one, number) for one in EDITIONS) for number in range(1, 11))
