"""Saved segments: beside those of config.toml, live, counted, explained, listed."""

import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from subscribers import (
    Consent,
    SegmentError,
    Segments,
    Subscribers,
    TakenError,
    UnknownError,
    parse_segments,
    write_members,
)
from subscribers.segments import Before, Moment
from subscribers.tables import segment
from tests.subscribers.conftest import CATALOGUE, EVERY_DAY, KEYS, NOW, SEGMENTS, add


def segments(engine: Engine) -> Segments:
    return Segments(engine, parse_segments(SEGMENTS, CATALOGUE), CATALOGUE, lambda: NOW)


@pytest.mark.parametrize(
    "told",
    ['{"tag": "gold"}', '{tag = "gold"}', 'tag = "gold"', '{"all": [{"tag": ["gold"]}]}'],
)
def test_saved_in_any_notation_and_found_at_once(engine: Engine, told: str) -> None:
    saved, others_see = segments(engine), segments(engine)
    assert "golden" not in others_see
    saved.save("golden", told, "editor")
    assert "golden" in others_see
    assert list(others_see) == [*SEGMENTS, "golden"]
    (one,) = others_see.saved()
    assert (one.name, one.actor, one.saved_at, one.mistakes) == ("golden", "editor", NOW, ())
    saved.save("golden", '{tag = "silver"}', "editor")
    assert json.loads(others_see.saved()[0].filter) == {"tag": "silver"}
    saved.remove("golden")
    assert list(others_see) == list(SEGMENTS)
    with pytest.raises(UnknownError, match="known"):
        saved.remove("golden")


def test_times_are_told_from_now(sqlite_engine: Engine) -> None:
    saved = segments(sqlite_engine)
    saved.save("silent", '{last_active_before = "90 days ago"}', "editor")
    assert saved["silent"] == Before(Moment.LAST_ACTIVE, NOW - timedelta(days=90))
    saved.save("dated", "{joined_before = 2026-01-31}", "editor")
    assert json.loads(saved.saved()[0].filter) == {"joined_before": "2026-01-31"}
    assert "dated" in saved


@pytest.mark.parametrize(
    ("name", "told", "says"),
    [
        ("Golden", '{tag = "a"}', "lower-case letters"),
        ("a" * 101, '{tag = "a"}', "lower-case letters"),
        ("good", "tag is gold", "neither JSON nor TOML"),
        ("good", "[" * 5000, "neither JSON nor TOML"),
        ("good", '{tag = "' + "a" * 20_000 + '"}', "over 20000"),
        ("good", '{tga = "a"}', "segments.good.tga: is no condition; did you mean 'tag'?"),
        ("good", "[]", "must be a table"),
        ("good", '{joined_before = "1 day", region = "asia"}', "there is no region 'asia'"),
    ],
)
def test_what_is_wrong_is_not_saved(sqlite_engine: Engine, name: str, told: str, says: str) -> None:
    saved = segments(sqlite_engine)
    with pytest.raises(SegmentError) as caught:
        saved.save(name, told, "editor")
    assert says in str(caught.value)
    assert saved.saved() == []


def test_config_wins(sqlite_engine: Engine) -> None:
    saved = segments(sqlite_engine)
    with pytest.raises(TakenError, match=r"config\.toml"):
        saved.save("vip", '{tag = "a"}', "editor")
    with pytest.raises(TakenError, match=r"config\.toml"):
        saved.remove("vip")
    # saved before config.toml got the name
    row = {"name": "vip", "filter": '{"tag": "old"}', "actor": "x", "saved_at": NOW}
    with sqlite_engine.begin() as connection:
        connection.execute(sa.insert(segment).values(row))
    assert saved["vip"] == parse_segments(SEGMENTS, CATALOGUE)["vip"]
    assert list(saved).count("vip") == 1


def test_one_about_what_is_gone_is_left_out_and_told(sqlite_engine: Engine) -> None:
    segments(sqlite_engine).save("sporty", '{edition = "sport"}', "editor")
    fewer = Segments(
        sqlite_engine, {}, type(CATALOGUE)(editions={"morning": "Morning"}), lambda: NOW
    )
    assert list(fewer) == []
    with pytest.raises(UnknownError):
        fewer.count("sporty")
    (mistake,) = fewer.saved()[0].mistakes
    assert "there is no edition 'sport'" in mistake.problem


def test_counted_explained_and_used_by_editions(engine: Engine) -> None:
    saved = segments(engine)
    people = Subscribers(engine, KEYS, CATALOGUE, saved)
    ids = [add(people, f"reader{number}@example.org") for number in range(5)]
    saved.save("here", '{domain = "example.org"}', "editor")
    assert [one.subscriber for one in people.readers("morning", ["here"], [], EVERY_DAY, NOW)]
    people.suppress(ids[0], reason="asked", now=NOW)
    counted = saved.count("here")
    assert (counted.people, counted.mailable) == (5, 4)
    assert people.count("here") == 4
    assert [one.subscriber for one in saved.members("here")] == ids[1:]
    assert [one.subscriber for one in saved.members("here", everyone=True)] == ids
    assert saved.explain("here", ids[0]).lines() == ["yes domain is example.org"]
    with pytest.raises(UnknownError, match="no subscriber"):
        saved.explain("here", 99)
    assert people.why(ids[0]).segments["here"].holds
    read = list(people.readers("morning", ["here"], ["here"], EVERY_DAY, NOW))
    assert [one.subscriber for one in read] == ids[1:]
    assert all(one.segments == {"here"} for one in read)
    assert saved.count("vip").mailable == 0


def test_the_list_is_safe_in_a_spreadsheet(sqlite_engine: Engine) -> None:
    saved = segments(sqlite_engine)
    people = Subscribers(sqlite_engine, KEYS, CATALOGUE, saved)
    for number, name in enumerate(('=HYPERLINK("x")', "@SUM(1)", "Ann, Lee", "-1")):
        people.add(
            f"+{number}@example.org",
            consent=Consent(source="form", at=NOW),
            editions=frozenset({"morning"}),
            now=NOW,
            actor="tests",
            name=name,
        )
    stream = StringIO()
    assert write_members(stream, saved.members("not-vip")) == 4
    rows = list(csv.DictReader(StringIO(stream.getvalue())))
    assert [row["name"] for row in rows] == ['\'=HYPERLINK("x")', "'@SUM(1)", "Ann, Lee", "'-1"]
    assert rows[0]["email"] == "'+0@example.org"
