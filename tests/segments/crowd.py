"""People of every kind, written straight into the tables, and filters of every kind."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from subscribers.model import ConsentAction, Frequency, Style, SubscriptionState
from subscribers.segments import (
    After,
    AllOf,
    AnyOf,
    AttributeDate,
    AttributeIs,
    AttributeNumber,
    Before,
    Field,
    Filter,
    Flag,
    Has,
    Is,
    Moment,
    Not,
    Number,
    Numbered,
    Paused,
    Received,
)
from subscribers.suppression import address_hash
from subscribers.tables import (
    attribute,
    consent_event,
    preference,
    received,
    subscriber,
    subscription,
    suppression,
    tag,
)
from tests.subscribers.conftest import KEYS, NOW

EDITIONS = ["morning", "weekly"]
TIES: dict[Field, list[str]] = dict.fromkeys((Field.EDITION, Field.LEFT, Field.PENDING), EDITIONS)
WORDS: dict[Field, list[str]] = {
    **TIES,
    Field.REGION: ["africa", "europe", "middle-east"],
    Field.TOPIC: ["business", "health"],
    Field.TAG: ["vip", "staff", "o'brien_%"],
    Field.LANGUAGE: ["en", "en-gb", "pt", "pt-br", "e"],
    Field.FREQUENCY: [one.value for one in Frequency],
    Field.STYLE: [one.value for one in Style],
    Field.ZONE: ["Africa/Nairobi", "Europe/London"],
    Field.DOMAIN: ["example.org", "mail.example.org", "le.org", "x-y.net"],
    Field.CONSENT_SOURCE: ["paper form", "list of 2019; 100%"],
}
NUMBERS = {Number.LIMIT: [0, 5, 10], Number.WEEKLY_ON: [1, 6], Number.HOUR: [0, 7, 23]}
NAMES = ["plan", "renews", "paid"]
#: dates, numbers, neither, and what only looks like one
VALUES = [
    *("gold", "Gold", "", "-", "1", "-1", "01", "1.5", "-0.0", "999999999999.999", "1e3", "0x1"),
    *("1234567890123", "1.", ".5", "12 ", "٣", "2026-01-31", "2026-02-01T10:00", "2026-1-1"),
    *("9999-99-99", "0000-00-00", "20260131", "it's 100%", "NaN", "inf"),
]
BOUNDS = [-1.0, 0.0, 1.0, 1.5, 12.0, 2026.0, 999999999999.999]
#: instants a second about each other, on both sides of now
TIMES = [
    NOW + timedelta(days=days, seconds=seconds) for days in (-400, -30, 0, 3) for seconds in (-1, 0)
]
SPANS = [timedelta(hours=1), timedelta(days=30), timedelta(days=400)]
times = st.sampled_from([*TIMES, *SPANS])
editions = st.sampled_from(["", *EDITIONS])


def _some(words: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=3, unique=True).map(tuple)


conditions: st.SearchStrategy[Filter] = st.one_of(
    st.sampled_from(list(Field)).flatmap(
        lambda field: _some(WORDS[field]).map(lambda values: Has(field, values))
    ),
    st.sampled_from(list(Number)).flatmap(
        lambda number: st.sampled_from(NUMBERS[number]).map(lambda one: Numbered(number, (one,)))
    ),
    st.sampled_from(list(Flag)).map(Is),
    times.map(Paused),
    st.builds(Before, st.sampled_from(list(Moment)), times),
    st.builds(After, st.sampled_from(list(Moment)), times),
    st.builds(Before, st.just(Moment.LAST_RECEIVED), times, editions),
    st.builds(After, st.just(Moment.LAST_RECEIVED), times, editions),
    st.builds(Received, st.integers(1, 8), editions),
    st.builds(AttributeIs, st.sampled_from(NAMES), st.one_of(st.just(()), _some(VALUES))),
    st.builds(
        AttributeDate,
        st.sampled_from(NAMES),
        st.sampled_from([date(2026, 1, 31), date(2026, 2, 1), date.min, date.max]),
        st.booleans(),
    ),
    st.builds(AttributeNumber, st.sampled_from(NAMES), st.sampled_from(BOUNDS), st.booleans()),
)
filters: st.SearchStrategy[Filter] = st.recursive(
    conditions,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=8,
)


def crowd(engine: Engine, people: int = 150) -> list[int]:
    """Insert them, drawn by a fixed seed; returns their ids."""
    random, rows = Random(6), _Rows()
    for who in range(1, people + 1):
        _person(random, rows, who)
    with engine.begin() as connection:
        for table, inserted in rows.of.items():
            connection.execute(sa.insert(table), inserted)
    return list(range(1, people + 1))


class _Rows:
    def __init__(self) -> None:
        self.of: dict[sa.Table, list[dict[str, Any]]] = {subscriber: []}

    def add(self, table: sa.Table, **row: object) -> None:
        self.of.setdefault(table, []).append(row)


def _person(random: Random, rows: _Rows, who: int) -> None:
    email = f"reader{who}@{random.choice(WORDS[Field.DOMAIN])}"
    hashed = address_hash(KEYS.pepper, email)

    def perhaps(make: Callable[[], object]) -> Any:
        return make() if random.random() < 0.6 else None

    def at() -> datetime:
        return random.choice(TIMES)

    rows.add(
        subscriber,
        id=who,
        email=email,
        email_key=email,
        address_hash=hashed,
        name="",
        language=random.choice([*WORDS[Field.LANGUAGE][:4], ""]),
        frequency=random.choice(WORDS[Field.FREQUENCY]),
        weekly_on=random.choice([1, 3, 6]),
        story_limit=random.choice([0, 5, 10]),
        style=random.choice(WORDS[Field.STYLE]),
        send_hour=perhaps(lambda: random.choice([0, 7, 8])),
        time_zone=random.choice([*WORDS[Field.ZONE], ""]),
        breaking=random.random() < 0.5,
        paused_until=perhaps(at),
        last_active_at=perhaps(at),
        joined_at=at(),
        created_at=NOW,
        chosen_at=perhaps(at),
    )
    _ties(random, rows, who)
    _chosen(random, rows, who)
    for _ in range(random.randrange(4)):
        rows.add(
            consent_event,
            subscriber_id=who,
            purpose="newsletter",
            action=random.choice(list(ConsentAction)).value,
            at=at(),
            source=random.choice(WORDS[Field.CONSENT_SOURCE]),
            wording="",
            actor="tests",
        )
    if random.random() < 0.2:
        scope = random.choice(["", "morning"])
        rows.add(suppression, address_hash=hashed, scope=scope, reason="asked", at=NOW)


def _ties(random: Random, rows: _Rows, who: int) -> None:
    for edition in EDITIONS:
        if random.random() < 0.6:
            state = random.choice(list(SubscriptionState))
            rows.add(
                subscription, subscriber_id=who, edition=edition, state=state.value, joined_at=NOW
            )
        if random.random() < 0.6:
            issues, at = random.randint(1, 5), random.choice(TIMES)
            rows.add(received, subscriber_id=who, edition=edition, issues=issues, last_at=at)


def _chosen(random: Random, rows: _Rows, who: int) -> None:
    for table, kind, key in (
        (preference, Field.REGION, {"kind": "region"}),
        (preference, Field.TOPIC, {"kind": "topic"}),
        (tag, Field.TAG, {}),
    ):
        column = "name" if table is tag else "value"
        for word in WORDS[kind]:
            if random.random() < 0.3:
                rows.add(table, subscriber_id=who, **key, **{column: word})
    for name in NAMES:
        if random.random() < 0.6:
            rows.add(attribute, subscriber_id=who, name=name, value=random.choice(VALUES))
