"""What SQL finds is what Python explains, on each database, for every kind of filter."""

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from subscribers.segment_explain import Facts, explain, holds, words
from subscribers.segment_facts import facts_of
from subscribers.segment_sql import condition
from subscribers.segments import Filter, Not, settle
from subscribers.store import reading
from subscribers.tables import subscriber
from tests.segments.crowd import conditions, crowd, filters
from tests.subscribers.conftest import NOW


def known(engine: Engine) -> dict[int, Facts]:
    with reading(engine) as connection:
        facts = {who: facts_of(connection, who) for who in crowd(engine)}
    return {who: one for who, one in facts.items() if one is not None}


def test_sql_finds_whom_python_finds(engine: Engine) -> None:
    everyone = known(engine)
    assert len(everyone) == 150
    told = {"some": 0, "all_or_none": 0}

    @settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
    @given(which=st.one_of(conditions, filters))
    def agree(which: Filter) -> None:
        settled = settle(which, NOW)
        with reading(engine) as connection:
            found = set(connection.scalars(sa.select(subscriber.c.id).where(condition(settled))))
            others = set(
                connection.scalars(sa.select(subscriber.c.id).where(condition(Not(settled))))
            )
        assert found == {who for who, facts in everyone.items() if holds(settled, facts)}
        assert found | others == set(everyone), "no condition is NULL"
        assert not found & others
        told["some" if found and others else "all_or_none"] += 1

    agree()
    # The crowd and the filters are such that most filters tell people apart.
    assert told["some"] > told["all_or_none"]


@settings(deadline=None)
@given(which=filters)
def test_every_value_is_a_bound_parameter(which: Filter) -> None:
    text = str(condition(settle(which, NOW)))
    secret = ("africa", "business", "vip", "o'brien", "gold", "2026", "2025", "example", "paper")
    assert not any(word in text for word in secret)


@settings(deadline=None)
@given(which=filters)
def test_settled_filters_stay_as_they_are(which: Filter) -> None:
    settled = settle(which, NOW)
    assert settle(settled, NOW.replace(year=1999)) == settled


@settings(deadline=None)
@given(which=filters)
def test_every_filter_has_words(which: Filter) -> None:
    assert words(which)
    facts = Facts(
        regions=frozenset(),
        topics=frozenset(),
        language="",
        editions=frozenset(),
        tags=frozenset(),
        joined_at=NOW,
    )
    told = explain(settle(which, NOW), facts)
    assert told.lines()[0].startswith("yes" if told.holds else "no ")
