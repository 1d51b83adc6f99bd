"""How often sources are asked, and when their silence is told."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from digest.schedule import polls

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def wait(**told: object) -> timedelta:
    given_ = {"polled_at": NOW} | told
    return polls.interval("wire", 10 * MINUTE, **given_)  # type: ignore[arg-type]


def near(found: timedelta, wanted: timedelta) -> bool:
    return wanted * 0.9 <= found <= wanted * 1.1


def test_as_the_operator_wants_give_or_take_a_tenth_and_always_the_same() -> None:
    assert near(wait(), 10 * MINUTE)
    assert wait() == wait()
    waits = {polls.interval(f"s{n}", 10 * MINUTE, polled_at=NOW) for n in range(50)}
    assert len(waits) == 50


def test_longer_where_the_source_asks_for_it_or_seldom_publishes_or_fails() -> None:
    assert near(wait(fresh_seconds=7200), 2 * HOUR)
    assert near(wait(arrivals=[NOW - n * 4 * HOUR for n in range(9, 0, -1)]), 30 * MINUTE)
    assert near(wait(arrivals=[NOW - n * 24 * HOUR for n in range(9, 0, -1)]), HOUR)
    assert near(wait(failures=1), 10 * MINUTE)
    assert near(wait(failures=4), 80 * MINUTE)
    assert near(wait(failures=400), 4 * HOUR)


@given(st.integers(1, 1440), st.integers(0, 10**9), st.integers(0, 10**6), st.text(max_size=20))
def test_never_outside_five_minutes_to_a_day(
    every: int, fresh: int, failures: int, name: str
) -> None:
    found = polls.interval(
        name, every * MINUTE, polled_at=NOW, fresh_seconds=fresh, failures=failures
    )
    assert polls.LEAST <= found <= polls.LONGEST


def test_silence_is_told_beyond_twice_the_longest_pause() -> None:
    weekdays = [NOW + n * 24 * HOUR for n in (0, 1, 2, 3, 6, 7, 8)]
    assert polls.silence(weekdays, weekdays[-1] + 6 * 24 * HOUR) is None
    assert polls.silence(weekdays, weekdays[-1] + 7 * 24 * HOUR) == 7 * 24 * HOUR
    assert polls.silence(weekdays[:4], NOW + 900 * HOUR) is None
    known = polls.rhythm(weekdays)
    assert known is not None
    assert known.usual == 24 * HOUR
