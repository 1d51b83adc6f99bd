"""What people set aside: paused sources, days left out; and polls to look back at."""

from datetime import date, timedelta

from sqlalchemy.engine import Engine

from digest.model import GatheredSource, GatherStatus
from digest.store import days_off, fetches, pauses, sources, stories
from digest.store.engine import reading, writing
from digest.store.sources import Health
from tests.making import NOW, gathered, parsed

EVERY = timedelta(minutes=10)


def poll(engine: Engine, found: GatheredSource, hours: int) -> None:
    now = NOW + timedelta(hours=hours)
    with writing(engine) as connection:
        sources.record(connection, found, stories.keep(connection, found, now), now)


def test_a_paused_source_is_left_alone_until_it_is_resumed(engine: Engine) -> None:
    poll(engine, GatheredSource(source="wire", status=GatherStatus.FAILED, note="down"), 0)
    later = NOW + timedelta(days=2)
    with writing(engine) as connection:
        before = sources.state(connection, "wire")
        pauses.pause(connection, "wire", "Ann", NOW)
        pauses.pause(connection, "wire", "Bob", later)
        paused = sources.state(connection, "wire")
        pauses.resume(connection, "wire")
        after = sources.state(connection, "wire")
    assert before == after
    assert (before.due(later, EVERY), before.failing(later, EVERY)) == (True, True)
    assert (paused.due(later, EVERY), paused.failing(later, EVERY)) == (False, False)
    assert not paused.due(later, EVERY, wanted_at=later)
    assert paused.health(later) is Health.PAUSED
    assert paused.paused == pauses.Paused(at=NOW, who="Ann")


def test_a_source_never_polled_can_be_paused(engine: Engine) -> None:
    with writing(engine) as connection:
        pauses.pause(connection, "new", "Ann", NOW)
        assert sources.states(connection, ["new", "wire"])[0].health(NOW) is Health.PAUSED


def test_polls_newest_first(engine: Engine) -> None:
    for hours in range(4):
        poll(engine, gathered(parsed(hours, hours)), hours)
    with reading(engine) as connection:
        found = fetches.last(connection, "wire", 3)
        assert fetches.last(connection, "other", 3) == []
    assert [(one.at - NOW) / timedelta(hours=1) for one in found] == [3, 2, 1]
    assert [one.new for one in found] == [1, 1, 1]


def test_a_day_is_left_out_once_and_put_back_once(engine: Engine) -> None:
    day = date(2026, 11, 27)
    with writing(engine) as connection:
        days_off.add(connection, "daily", day, "Ann", NOW)
        days_off.add(connection, "daily", day, "Bob", NOW + EVERY)
        assert days_off.of(connection, "daily") == {day: days_off.DayOff(at=NOW, who="Ann")}
        assert days_off.of(connection, "weekly") == {}
        assert not days_off.remove(connection, "weekly", day)
        assert days_off.remove(connection, "daily", day)
        assert not days_off.remove(connection, "daily", day)
