"""Every key of a filter, read from TOML and JSON, and every mistake told at once."""

import json
import tomllib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import SegmentError, SegmentMistake, parse_segments
from subscribers.segment_parse import KEYS
from subscribers.segments import (
    After,
    AllOf,
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
    instant,
    settle,
)
from tests.subscribers.conftest import CATALOGUE, NOW

JANUARY = datetime(2026, 1, 31, tzinfo=UTC)
MONTH = timedelta(days=30)


def read(toml: str) -> Filter:
    raw: dict[str, Any] = {"s": tomllib.loads(f"f = {toml}")["f"]}
    return parse_segments(raw, CATALOGUE)["s"]


@pytest.mark.parametrize(
    ("toml", "filter_"),
    [
        ('{left = "morning"}', Has(Field.LEFT, ("morning",))),
        ('{pending = ["morning", "weekly"]}', Has(Field.PENDING, ("morning", "weekly"))),
        ('{frequency = "weekly"}', Has(Field.FREQUENCY, ("weekly",))),
        ('{style = "large"}', Has(Field.STYLE, ("large",))),
        ('{zone = "Africa/Nairobi"}', Has(Field.ZONE, ("Africa/Nairobi",))),
        ('{domain = "Bücher.Example"}', Has(Field.DOMAIN, ("xn--bcher-kva.example",))),
        ('{consent_source = "paper  form"}', Has(Field.CONSENT_SOURCE, ("paper form",))),
        ("{limit = 5}", Numbered(Number.LIMIT, (5,))),
        ("{hour = [6, 7]}", Numbered(Number.HOUR, (6, 7))),
        (
            '{weekly_on = "sat"}',
            AllOf((Has(Field.FREQUENCY, ("weekly",)), Numbered(Number.WEEKLY_ON, (6,)))),
        ),
        ("{breaking = true}", Is(Flag.BREAKING)),
        ("{tagged = false}", Not(Is(Flag.TAGGED))),
        ("{paused = true}", Paused()),
        ("{consent_before = 2026-01-31}", Before(Moment.CONSENT, JANUARY)),
        ('{joined_after = "2026-01-31"}', After(Moment.JOINED, JANUARY)),
        ('{joined_after = "2026-01-31T02:00+02:00"}', After(Moment.JOINED, JANUARY)),
        ('{joined_within = "30 days"}', After(Moment.JOINED, MONTH)),
        ('{last_active_before = "1 month ago"}', Before(Moment.LAST_ACTIVE, MONTH)),
        ('{last_received_after = "30 days ago"}', After(Moment.LAST_RECEIVED, MONTH)),
        ('{attribute = {name = "Plan"}}', AttributeIs("plan")),
        ('{attribute = {name = "plan", is = "gold"}}', AttributeIs("plan", ("gold",))),
        (
            '{attribute = {name = "renews", after = 2026-01-31, before = "2027-01-31"}}',
            AllOf(
                (
                    AttributeDate("renews", date(2026, 1, 31), before=False),
                    AttributeDate("renews", date(2027, 1, 31), before=True),
                )
            ),
        ),
        (
            '{attribute = {name = "paid", at_least = 12.5}}',
            AttributeNumber("paid", 12.5, least=True),
        ),
        ("{received = {}}", Received(1)),
        ('{received = {edition = "weekly", at_least = 3}}', Received(3, "weekly")),
        ("{received = {at_most = 0}}", Not(Received(1))),
        (
            '{received = {edition = "weekly", last_within = "30 days"}}',
            After(Moment.LAST_RECEIVED, MONTH, "weekly"),
        ),
    ],
)
def test_read(toml: str, filter_: Filter) -> None:
    assert read(toml) == filter_
    raw = tomllib.loads(f"f = {toml}")["f"]
    # JSON has no dates: as texts they say the same.
    again = json.loads(json.dumps(raw, default=lambda one: one.isoformat()))
    assert parse_segments({"s": again}, CATALOGUE)["s"] == filter_


@pytest.mark.parametrize(
    ("toml", "key", "says"),
    [
        ('{frequency = "wekly"}', "frequency", "did you mean 'weekly'?"),
        ('{style = "huge"}', "style", "known: full, headlines, large, plain"),
        ('{left = "mornin"}', "left", "there is no edition 'mornin'; did you mean 'morning'?"),
        ('{zone = "Mars/Olympus"}', "zone", "is no IANA time zone"),
        ('{zone = "../../etc/passwd"}', "zone", "is no IANA time zone"),
        ('{domain = "nowhere"}', "domain", "not a host name"),
        ('{domain = "x@example.org"}', "domain", "out of place"),
        ("{hour = 24}", "hour", "from 0 to 23"),
        ("{hour = true}", "hour", "from 0 to 23"),
        ("{hour = []}", "hour", "a list of numbers"),
        ('{weekly_on = "someday"}', "weekly_on", "one of mon, tue"),
        ('{breaking = "yes"}', "breaking", "true or false"),
        ('{joined_within = "30 days ago"}', "joined_within", "a span such as '30 days'"),
        ('{joined_within = "0 days"}', "joined_within", "from an hour to a hundred years"),
        ('{joined_within = "9999 years"}', "joined_within", "from an hour to a hundred years"),
        ('{joined_before = "30 days"}', "joined_before", "'30 days ago'"),
        ("{joined_befor = 2026-01-01}", "joined_befor", "did you mean 'joined_before'?"),
        ('{attribute = "plan"}', "attribute", "must be a table"),
        ('{attribute = {name = "a\\tb"}}', "attribute.name", "is no name"),
        ('{attribute = {name = "a", iss = "b"}}', "attribute.iss", "did you mean 'is'?"),
        ('{attribute = {name = "a", is = ""}}', "attribute.is", "1 to 200 characters"),
        ('{attribute = {name = "a", before = 3}}', "attribute.before", "must be a day"),
        ('{attribute = {name = "a", at_most = "3"}}', "attribute.at_most", "must be a number"),
        ('{attribute = {name = "a", at_most = inf}}', "attribute.at_most", "out of range"),
        ("{received = {at_least = 0}}", "received.at_least", "from 1 to"),
        ("{received = {at_mots = 0}}", "received.at_mots", "did you mean 'at_most'?"),
        ('{received = {edition = "weakly"}}', "received.edition", "did you mean 'weekly'?"),
        ("{received = 3}", "received", "must be a table"),
        ("{edition = [[]]}", "edition", "a list of texts"),
    ],
)
def test_mistakes_name_the_key_and_what_was_meant(toml: str, key: str, says: str) -> None:
    with pytest.raises(SegmentError) as caught:
        read(toml)
    (mistake,) = caught.value.mistakes
    assert mistake.key == f"segments.s.{key}"
    assert says in mistake.problem


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(plain)
def test_anything_is_a_filter_or_a_list_of_mistakes(raw: object) -> None:
    told: list[SegmentMistake] = []
    try:
        settle(parse_segments({"s": raw}, CATALOGUE)["s"], NOW)
    except SegmentError as error:
        told += error.mistakes
        told = told or [SegmentMistake("none at all", "")]
    assert all(one.key.startswith("segments.s") for one in told)


def test_relative_times_need_a_now() -> None:
    which = read('{not = {all = [{joined_within = "30 days"}, {paused = true}]}}')
    assert settle(which, NOW) == Not(AllOf((After(Moment.JOINED, NOW - MONTH), Paused(NOW))))
    with pytest.raises(TypeError, match="settled"):
        instant(MONTH)
