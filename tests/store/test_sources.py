"""Sources as they stand: what is due, how they are doing, the last bodies."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.engine import Engine

from digest.model import GatheredSource, GatherStatus, KeptBody, SourceMemory
from digest.store import bodies, sources, stories
from digest.store.engine import reading, writing
from digest.store.sources import Health, SourceState
from tests.making import NOW, gathered, parsed

HOUR = timedelta(hours=1)
EVERY = timedelta(minutes=10)


def poll(engine: Engine, found: GatheredSource, now: object) -> SourceState:
    from datetime import datetime

    assert isinstance(now, datetime)
    with writing(engine) as connection:
        sources.record(connection, found, stories.keep(connection, found, now), now)
        return sources.state(connection, found.source)


def failed() -> GatheredSource:
    return GatheredSource(source="wire", status=GatherStatus.FAILED, note="down")


def test_the_last_five_bodies_are_kept_and_the_same_one_once(engine: Engine) -> None:
    for number in (1, 1, 2, 3, 4, 5, 6, 6):
        content = b"%d" % number * 1000
        body = KeptBody(url="https://example.org/f", content=content, content_type="text/xml")
        poll(engine, replace(gathered(), body=body), NOW + number * HOUR)
    with reading(engine) as connection:
        kept = bodies.kept(connection, "wire")
    assert [one.body.content[:1] for one in kept] == [b"6", b"5", b"4", b"3", b"2"]
    assert kept[0].body == body
    assert kept[0].at == NOW + 6 * HOUR


def test_health_goes_from_good_to_failing_to_degraded_and_back(engine: Engine) -> None:
    assert SourceState(name="wire").health(NOW) is Health.NEVER_POLLED
    assert poll(engine, gathered(parsed(1)), NOW).health(NOW) is Health.GOOD
    for number in range(1, 14):
        at = NOW + number * 7 * HOUR
        state = poll(engine, failed(), at)
        degraded = number * 7 >= 72 and number >= 10
        assert state.health(at) is (Health.DEGRADED if degraded else Health.FAILING)
    assert poll(engine, gathered(parsed(1)), at + HOUR).health(at + HOUR) is Health.GOOD


def test_it_fails_once_three_polls_were_missed(engine: Engine) -> None:
    assert not SourceState(name="wire").failing(NOW, EVERY)
    poll(engine, gathered(parsed(1)), NOW)
    down = poll(engine, failed(), NOW + EVERY)
    assert not down.failing(NOW + 3 * EVERY, EVERY)
    assert down.failing(NOW + 3 * EVERY + timedelta(seconds=1), EVERY)
    assert not poll(engine, gathered(), NOW + 6 * EVERY).failing(NOW + 9 * EVERY, EVERY)
    gone = GatheredSource(source="wire", status=GatherStatus.GONE)
    assert not poll(engine, gone, NOW + 9 * EVERY).failing(NOW + 99 * EVERY, EVERY)


def test_a_source_that_never_could_be_read_fails(engine: Engine) -> None:
    assert poll(engine, failed(), NOW).failing(NOW, EVERY)


def test_a_source_that_falls_silent_is_told(engine: Engine) -> None:
    for day in range(8):
        state = poll(engine, gathered(parsed(day)), NOW + day * 24 * HOUR)
    assert len(state.memory.arrivals) == 7  # the first gather is an archive, no rhythm
    last = NOW + 7 * 24 * HOUR
    assert state.health(last + 47 * HOUR) is Health.GOOD
    assert state.health(last + 72 * HOUR) is Health.SILENT
    assert "nothing new for 3 days" in state.told(last + 72 * HOUR)


def test_what_only_the_store_knows_outlives_a_source_that_forgets(engine: Engine) -> None:
    poll(engine, gathered(parsed(1)), NOW)
    poll(engine, gathered(parsed(2)), NOW + HOUR)
    assert poll(engine, failed(), NOW + 2 * HOUR).memory.arrivals == (NOW + HOUR,)


def test_due_by_interval_by_wish_and_never_before_retry_after(engine: Engine) -> None:
    state = poll(engine, gathered(), NOW)
    assert not state.due(NOW + timedelta(minutes=8), EVERY)
    assert state.due(NOW + timedelta(minutes=12), EVERY)
    patient = poll(engine, replace(gathered(), memory=SourceMemory(fresh_seconds=86_400)), NOW)
    wish = NOW + HOUR
    assert not patient.due(NOW + 2 * HOUR, EVERY)
    assert patient.due(NOW + 2 * HOUR, EVERY, wish)
    assert not patient.due(NOW + timedelta(minutes=59), EVERY, wish)
    read = replace(patient, last_polled_at=wish)
    assert not read.due(NOW + 2 * HOUR, EVERY, wish)
    asked = replace(patient, memory=SourceMemory(not_before=NOW + 3 * HOUR))
    assert not asked.due(NOW + 2 * HOUR, EVERY, wish)
    gone = replace(patient, status=GatherStatus.GONE)
    assert not gone.due(NOW + 900 * HOUR, EVERY, wish)


def test_states_of_many_in_the_order_asked(engine: Engine) -> None:
    poll(engine, gathered(), NOW)
    with reading(engine) as connection:
        found = sources.states(connection, ["new", "wire"])
        assert sources.states(connection, []) == []
    assert [(one.name, one.status) for one in found] == [("new", None), ("wire", GatherStatus.OK)]
