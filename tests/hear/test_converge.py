"""Late, repeated, shuffled and torn apart: the same events end in the same state."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.model import DeliveryEvent, Dropped, EventKind
from digest.store.engine import make_engine
from digest.store.heard_table import delivery_event
from digest.store.tables import issue_event
from subscribers.tables import subscription, suppression
from tests.hear.house import NOW, House, build, event, in_file
from tests.subscribers.conftest import house

READERS = 6
ISSUES = 6
CODES = ["", "550 5.1.1", Dropped.BOUNCE.value, Dropped.COMPLAINT.value, Dropped.UNSUBSCRIBE.value]

EVENTS = st.builds(
    lambda kind, issue, who, hours, code: event(
        kind, issue, who, at=NOW - timedelta(hours=hours), code=code
    ),
    st.sampled_from(EventKind),
    st.integers(1, ISSUES),
    st.integers(1, READERS),
    st.integers(0, 600),
    st.sampled_from(CODES),
)


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """A newsroom's database, to be copied: making one takes longer than all else here."""
    with tempfile.TemporaryDirectory() as folder:
        room = build(in_file(Path(folder)))
        readers = room.readers(READERS)
        for number in range(1, ISSUES + 1):
            room.issue(number, readers, edition="morning" if number % 2 else "weekly")
        room.engine.dispose()
        yield Path(folder) / "house.sqlite3"


def copy_of(template: Path, folder: Path) -> House:
    file = folder / "house.sqlite3"
    for end in ("", "-wal", "-shm"):
        Path(f"{file}{end}").unlink(missing_ok=True)
    shutil.copy(template, file)
    engine = make_engine(f"sqlite:///{file}")
    return House(engine, house(engine))


def state(room: House) -> dict[str, object]:
    """All that events change, without when we heard of it and what the log of consent tells."""
    with room.engine.connect() as connection:
        kept = [one for one in delivery_event.columns if one.name != "heard_at"]
        events = connection.execute(sa.select(*kept).order_by(delivery_event.c.id)).all()
        ties = connection.execute(
            sa.select(subscription.c.id, subscription.c.state).order_by(subscription.c.id)
        ).all()
        halts = connection.execute(sa.select(issue_event.c.issue_id, issue_event.c.what)).all()
        promises = connection.execute(
            sa.select(suppression).order_by(suppression.c.address_hash)
        ).all()
    return {
        "events": events,
        "ties": ties,
        "halts": set(halts),
        "promises": [(one.address_hash, one.reason) for one in promises],
        # Soft bounces add up in different orders; what is told otherwise is told exactly.
        "exactly": [one for one in promises if "soft" not in one.source],
    }


def posts(events: Sequence[DeliveryEvent], dice: Random) -> Iterator[list[DeliveryEvent]]:
    """The events, each once to thrice, shuffled, in posts of any size."""
    told = [one for one in events for _ in range(dice.choice([1, 1, 2, 3]))]
    dice.shuffle(told)
    while told:
        size = dice.randint(1, len(told))
        yield told[:size]
        del told[:size]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    events=st.lists(EVENTS, min_size=1, max_size=60, unique_by=lambda one: one.id),
    seed=st.integers(0, 2**32),
)
def test_any_order_ends_in_the_same_state(
    template: Path, tmp_path: Path, events: list[DeliveryEvent], seed: int
) -> None:
    room = copy_of(template, tmp_path)
    room.hearing.hear(events)
    expected = state(room)
    room.engine.dispose()
    room = copy_of(template, tmp_path)
    for post in posts(events, Random(seed)):
        room.hearing.hear(post)
    found = state(room)
    room.engine.dispose()
    assert found.pop("promises") == expected.pop("promises")
    exactly, wanted = found.pop("exactly"), expected.pop("exactly")
    assert isinstance(exactly, list)
    assert isinstance(wanted, list)
    both = {one.address_hash for one in exactly} & {one.address_hash for one in wanted}
    assert [one for one in exactly if one.address_hash in both] == [
        one for one in wanted if one.address_hash in both
    ]
    assert found == expected
