"""Segments: read from TOML, told in SQL, and both agreeing with plain Python."""

import tomllib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from subscribers import Consent, SegmentError, Subscribers, UnknownError, parse_segments
from subscribers.address import parse
from subscribers.enrolment import Registrar, enrol
from subscribers.model import ConsentAction, Entry
from subscribers.segment_explain import Facts, holds
from subscribers.segment_facts import facts_of
from subscribers.segment_sql import condition
from subscribers.segments import After, AllOf, AnyOf, Before, Field, Filter, Has, Moment, Not
from subscribers.store import reading
from tests.subscribers.conftest import CATALOGUE, EVERY_DAY, KEYS, NOW, house

WORDS = {
    Field.REGION: ["africa", "europe", "middle-east"],
    Field.TOPIC: ["business", "health"],
    Field.EDITION: ["morning", "weekly"],
    Field.TAG: ["vip", "staff", "o'brien_%"],
    Field.LANGUAGE: ["en", "en-gb", "pt", "pt-br", "e"],
}
DAYS = [datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 12)]

conditions = st.one_of(
    st.sampled_from(list(WORDS)).flatmap(
        lambda field: st.lists(
            st.sampled_from(WORDS[field]), min_size=1, max_size=3, unique=True
        ).map(lambda values: Has(field, tuple(values)))
    ),
    st.sampled_from(DAYS).map(lambda at: Before(Moment.JOINED, at)),
    st.sampled_from(DAYS).map(lambda at: After(Moment.JOINED, at)),
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


def some(words: list[str], number: int) -> frozenset[str]:
    """A subset that depends on the number."""
    return frozenset(word for place, word in enumerate(words) if number >> place & 1)


@pytest.fixture
def crowd(engine: Engine) -> dict[int, Facts]:
    """People of every kind, and what a segment can know of each."""
    entries = [
        Entry(
            address=parse(f"reader{number}@example.org"),
            consent=Consent(
                source="test", at=DAYS[number % 11] + timedelta(seconds=number % 3 - 1)
            ),
            language=[*WORDS[Field.LANGUAGE][:4], ""][number % 5],
            regions=some(WORDS[Field.REGION], number),
            topics=some(WORDS[Field.TOPIC], number // 8),
            editions=some(WORDS[Field.EDITION], number // 4),
            tags=some(WORDS[Field.TAG], number // 3),
        )
        for number in range(64)
    ]
    registrar = Registrar(keys=KEYS, now=NOW, action=ConsentAction.GIVEN, actor="tests")
    with engine.begin() as connection:
        made = enrol(connection, entries, registrar)
    ids = [one.subscriber for one in made if one.subscriber is not None]
    people = house(engine)
    for who in ids[::7]:  # some have left what they once got
        people.leave_all(people.preferences_path(who, NOW).removeprefix("/p/"), NOW)
    with reading(engine) as connection:
        facts = {who: facts_of(connection, who) for who in ids}
    return {who: one for who, one in facts.items() if one is not None}


@settings(deadline=None)
@given(which=filters)
def test_every_value_is_a_bound_parameter(which: Filter) -> None:
    text = str(condition(which))
    assert not any(word in text for word in ("africa", "business", "vip", "o'brien", "2026"))


@settings(deadline=None)
@given(which=filters, number=st.integers(min_value=0, max_value=63))
def test_the_opposite_holds_when_it_does_not(which: Filter, number: int) -> None:
    facts = Facts(
        regions=some(WORDS[Field.REGION], number),
        topics=frozenset(),
        language="en-gb",
        editions=some(WORDS[Field.EDITION], number),
        tags=frozenset({"vip"}),
        joined_at=DAYS[number % 11],
    )
    assert holds(which, facts) is not holds(Not(which), facts)


def read(toml: str) -> Filter:
    """One segment out of a TOML value."""
    raw: dict[str, Any] = {"s": tomllib.loads(f"f = {toml}")["f"]}
    return parse_segments(raw, CATALOGUE)["s"]


@pytest.mark.parametrize(
    ("toml", "filter_"),
    [
        ('{region = "africa"}', Has(Field.REGION, ("africa",))),
        ('{topic = ["business", "health"]}', Has(Field.TOPIC, ("business", "health"))),
        ('{language = "pt_BR"}', Has(Field.LANGUAGE, ("pt-br",))),
        ('{tag = "VIP"}', Has(Field.TAG, ("vip",))),
        ('{not = {edition = "morning"}}', Not(Has(Field.EDITION, ("morning",)))),
        ("{joined_before = 2026-01-01}", Before(Moment.JOINED, datetime(2026, 1, 1, tzinfo=UTC))),
        (
            "{joined_after = 2026-01-01T02:00:00+02:00}",
            After(Moment.JOINED, datetime(2026, 1, 1, tzinfo=UTC)),
        ),
        (
            '{all = [{region = "africa"}, {any = [{tag = "a"}, {tag = "b"}]}]}',
            AllOf(
                (
                    Has(Field.REGION, ("africa",)),
                    AnyOf((Has(Field.TAG, ("a",)), Has(Field.TAG, ("b",)))),
                )
            ),
        ),
        (
            '{region = "africa", tag = "vip"}',
            AllOf((Has(Field.REGION, ("africa",)), Has(Field.TAG, ("vip",)))),
        ),
    ],
)
def test_read_from_toml(toml: str, filter_: Filter) -> None:
    assert read(toml) == filter_


@pytest.mark.parametrize(
    ("toml", "key", "says"),
    [
        ('{regoin = "africa"}', "segments.s.regoin", "did you mean 'region'?"),
        ('{region = "Africa"}', "segments.s.region", "did you mean 'africa'?"),
        ('{topic = "busines"}', "segments.s.topic", "did you mean 'business'?"),
        ('{edition = "nightly"}', "segments.s.edition", "known: morning, weekly, sport"),
        ('{all = [{tag = "a"}, {tga = "b"}]}', "segments.s.all[1].tga", "did you mean 'tag'?"),
        ("{not = {joined_before = 2026}}", "segments.s.not.joined_before", "must be a date"),
        ("{joined_after = 2026-01-01T00:00:00}", "segments.s.joined_after", "needs a zone"),
        ("{all = []}", "segments.s.all", "one or more"),
        ('{any = {tag = "a"}}', "segments.s.any", "must be a list"),
        ("{any = [3]}", "segments.s.any[0]", "must be a table"),
        ("{}", "segments.s", "says nothing"),
        ("{tag = []}", "segments.s.tag", "must be a text or a list of texts"),
        ("{tag = [1]}", "segments.s.tag", "must be a text or a list of texts"),
        ("{region = 3}", "segments.s.region", "must be a text or a list of texts"),
        ('{language = "english please"}', "segments.s.language", "is no language"),
        ('"africa"', "segments.s", "must be a table"),
    ],
)
def test_mistakes_name_the_key_and_what_was_meant(toml: str, key: str, says: str) -> None:
    with pytest.raises(SegmentError) as caught:
        read(toml)
    (mistake,) = caught.value.mistakes
    assert mistake.key == key
    assert says in mistake.problem


def test_all_mistakes_are_told_at_once() -> None:
    raw = {"one": {"regin": "x"}, "two": {"all": [{"topic": "x"}, {"language": 3}]}}
    with pytest.raises(SegmentError) as caught:
        parse_segments(raw, CATALOGUE)
    assert [mistake.key for mistake in caught.value.mistakes] == [
        "segments.one.regin",
        "segments.two.all[0].topic",
        "segments.two.all[1].language",
    ]


def test_endless_nesting_is_refused() -> None:
    deep: dict[str, Any] = {"tag": "a"}
    for _ in range(500):
        deep = {"not": deep}
    with pytest.raises(SegmentError, match="nested"):
        parse_segments({"s": deep}, CATALOGUE)


def test_counted_listed_and_explained(engine: Engine, crowd: dict[int, Facts]) -> None:
    people = house(engine)
    inside = [who for who, facts in crowd.items() if {"europe"} <= facts.regions]
    inside = [who for who in inside if "business" in crowd[who].topics]
    assert people.count("european-business") == len(inside) > 0
    assert [one.subscriber for one in people.members("european-business")] == sorted(inside)
    told = people.why(inside[0]).segments["european-business"]
    assert told.holds
    assert told.lines() == [
        "yes all of",
        "  yes region is europe",
        "  yes topic is business",
    ]
    people.suppress(inside[0], reason="complaint", now=NOW)
    assert people.count("european-business") == len(inside) - 1


def test_members_come_in_pages(engine: Engine, crowd: dict[int, Facts]) -> None:
    from subscribers.store import members

    listed = [one.subscriber for one in members(engine, sa.true(), page=10)]
    assert listed == sorted(crowd)


def test_an_unknown_segment_is_an_error(people: Subscribers) -> None:
    with pytest.raises(UnknownError, match="did you mean 'africa'"):
        people.count("afrika")
    with pytest.raises(UnknownError):
        people.readers("morning", ["nobody"], [], EVERY_DAY, NOW)
    with pytest.raises(UnknownError):
        people.readers("morning", [], ["nobody"], EVERY_DAY, NOW)
