"""How the databases go about a segment: by indexes, never by reading a table for each person."""

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from subscribers import Segments, Subscribers, parse_segments
from subscribers.segment_sql import mailable
from subscribers.segments import settle
from subscribers.store import reading
from subscribers.tables import subscriber
from tests.segments.many import BY_HAND, FIVE, fill
from tests.subscribers.conftest import CATALOGUE, KEYS, NOW

PEOPLE = 20_000


@pytest.fixture
def plan(engine: Engine) -> list[str]:
    """What the database says of counting five conditions."""
    fill(engine, PEOPLE)
    which = settle(parse_segments({"five": FIVE}, CATALOGUE)["five"], NOW)
    query = sa.select(sa.func.count()).select_from(subscriber).where(mailable(which))
    return explained(engine, query)


def explained(engine: Engine, query: sa.Select[tuple[int]]) -> list[str]:
    told = query.compile(engine, compile_kwargs={"literal_binds": True})
    how = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    with reading(engine) as connection:
        return [str(row[-1]) for row in connection.exec_driver_sql(f"{how} {told}")]


def test_each_condition_is_one_look_into_an_index(engine: Engine, plan: list[str]) -> None:
    if engine.dialect.name == "sqlite":
        scans = [line for line in plan if line.startswith("SCAN")]
        # Whether any domain is suppressed is asked once.
        assert [line.split()[1] for line in scans] == ["subscriber", "domain_suppression"], plan
        looked = [line for line in plan if line.startswith("SEARCH")]
        assert len(looked) == 6
        assert all("INDEX" in line and "subscriber_id=?" in line for line in looked[:-1])
        assert "address_hash=?" in looked[-1]
        # The cheap ones first: SQLite asks in the order of the text.
        assert [line.split()[1] for line in looked] == [
            *("tag", "preference", "preference", "subscription_1", "received", "suppression")
        ]
    else:
        joins = [line for line in plan if "Join" in line or "Nested Loop" in line]
        assert len(joins) == 5, "what must hold is joined, with no look for each person"
        asked = [at + 1 for at, line in enumerate(plan) if line.strip().startswith("SubPlan")]
        assert len(asked) == 1, "suppressed domains are read once"
        assert "domain_suppression" in plan[asked[0]]


def test_found_as_by_hand(engine: Engine) -> None:
    fill(engine, 3000)
    segments = Segments(engine, parse_segments({"five": FIVE}, CATALOGUE), CATALOGUE, lambda: NOW)
    with reading(engine) as connection:
        by_hand = connection.execute(BY_HAND).scalar_one()
    assert Subscribers(engine, KEYS, CATALOGUE, segments).count("five") == by_hand > 300
    assert segments.count("five").mailable == by_hand
    assert sum(1 for _ in segments.members("five")) == by_hand
