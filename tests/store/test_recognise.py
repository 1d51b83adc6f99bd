"""One story stays one, whatever its publisher changes; two never become one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection, Engine

from digest.model import (
    Alias,
    AliasKind,
    DateGrade,
    ParsedStory,
    Reject,
    RejectReason,
    StoryState,
)
from digest.sources.identity import guid_alias, named, settle, url_alias
from digest.store import stories, windows
from digest.store.engine import make_engine, writing
from digest.store.stories import KeptStories
from digest.store.tables import metadata
from tests.making import NOW, gathered, parsed

HOUR = timedelta(hours=1)


def told(
    guid: str, url: str, headline: str, hours: float = 0, grade: DateGrade = DateGrade.EXACT
) -> ParsedStory:
    return ParsedStory(
        aliases=named(guid_alias("wire", guid), url_alias(url)),
        url=url,
        headline=headline,
        published_at=NOW + hours * HOUR,
        date_grade=grade,
    )


BEFORE = told("https://paper.example/?p=7", "https://paper.example/news/storm", "Storm nears")


def keep(connection: Connection, *found: ParsedStory, guids: bool = True) -> KeptStories:
    return stories.keep(connection, gathered(*found), NOW, guids=guids)


@pytest.mark.parametrize(
    "after",
    [
        told("guid-made-anew", BEFORE.url, "Storm is here"),
        told("https://paper.example/?p=7", "https://paper.example/news/storm-2", "Storm is here"),
        told("http://paper.example/?p=7", "http://www.paper.example/news/storm/", "Storm is here"),
        told("https://new.example/?p=7", "https://new.example/news/storm", "Storm nears", 1),
        told("guid-made-anew", "https://new.example/a/b", "Storm nears"),
    ],
    ids=["guid", "slug and headline", "scheme", "host", "host, guid and slug"],
)
def test_a_changed_name_makes_no_second_story(engine: Engine, after: ParsedStory) -> None:
    with writing(engine) as connection:
        (key,) = keep(connection, BEFORE).new
        assert not keep(connection, after).new
        assert not keep(connection, BEFORE).new
        assert not keep(connection, replace(after, headline="Storm over")).new
        assert stories.get(connection, [key])[key].story.headline == "Storm over"


def test_a_guid_used_again_a_day_later_hides_nothing(engine: Engine) -> None:
    again = told("https://paper.example/?p=7", "https://paper.example/news/vote", "A vote", 24)
    with writing(engine) as connection:
        (old,) = keep(connection, BEFORE).new
        kept = keep(connection, again)
        assert len(kept.new) == 1
        assert kept.guids_reused
        assert stories.get(connection, [old])[old].story.headline == "Storm nears"
        # the guid is the newer story's now, which may change its slug
        moved = replace(again, aliases=named(guid_alias("wire", "https://paper.example/?p=7")))
        assert keep(connection, moved).unchanged == kept.new


def test_within_a_day_it_is_taken_for_a_correction_unless_the_source_is_known(
    engine: Engine,
) -> None:
    again = told("https://paper.example/?p=7", "https://paper.example/news/vote", "A vote", 3)
    with writing(engine) as connection:
        old = keep(connection, BEFORE).new
        assert keep(connection, again).updated == old
    other = told("https://paper.example/?p=7", "https://paper.example/news/quake", "Quake", 4)
    with writing(engine) as connection:
        assert len(keep(connection, other, guids=False).new) == 1


def test_guids_that_count_places_hide_nothing(engine: Engine) -> None:
    """``1`` is whatever stands first: each poll shifts every guid by one."""
    names = ["storm", "vote", "quake", "match", "trial", "budget"]
    with writing(engine) as connection:
        seen = 0
        for first in range(len(names) - 2):
            page = [
                told(str(place), f"https://paper.example/{name}", name.title(), -place)
                for place, name in enumerate(reversed(names[first : first + 3]))
            ]
            seen += len(keep(connection, *page, guids=first == 0).new)
    assert seen == len(names)


def test_a_column_of_the_same_name_is_new_each_week(engine: Engine) -> None:
    one = told("a", "https://paper.example/2026/11/letters-1", "Letters")
    two = told("b", "https://paper.example/2026/12/letters-2", "Letters", 168)
    with writing(engine) as connection:
        assert len(keep(connection, one).new) == 1
        assert len(keep(connection, two, one).new) == 1


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (RejectReason.PROTECTED, StoryState.PROTECTED),
        (RejectReason.WITHDRAWN, StoryState.WITHDRAWN),
        (RejectReason.EMBARGOED, StoryState.EMBARGOED),
    ],
)
def test_what_its_publisher_holds_back_is_not_carried_until_it_is_back(
    engine: Engine, reason: RejectReason, state: StoryState
) -> None:
    held = replace(gathered(), rejects=(Reject(entry="7", reason=reason, aliases=BEFORE.aliases),))
    elsewhere = replace(held, source="other")

    def window(connection: Connection) -> int:
        return len(windows.window(connection, "daily", ["wire"], NOW - HOUR, NOW).fresh)

    with writing(engine) as connection:
        (key,) = keep(connection, BEFORE).new
        assert not stories.keep(connection, elsewhere, NOW).held
        assert window(connection) == 1
        assert stories.keep(connection, held, NOW).held == (key,)
        assert not stories.keep(connection, held, NOW).held
        assert window(connection) == 0
        assert keep(connection, BEFORE).unchanged == (key,)
        assert window(connection) == 1
        keep(connection, replace(BEFORE, state=state))
        assert window(connection) == 0


NAMES = st.sampled_from(["1", "2", "https://paper.example/?p=1", "tag:paper,2026:1"])
PATHS = st.sampled_from(["a", "b", "c", "d"])
STORIES = st.builds(
    lambda guid, path, headline, hours: told(
        guid, f"https://paper.example/{path}", headline, hours
    ),
    NAMES,
    PATHS,
    st.sampled_from(["Storm", "Vote", "Quake"]),
    st.integers(-50, 50),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(STORIES, max_size=5), min_size=1, max_size=4))
def test_any_sequence_of_polls_is_settled_by_its_own_repetition(
    polls: list[list[ParsedStory]],
) -> None:
    """Whatever a source said before, saying the same twice brings nothing new the second time,
    and every entry is some story."""
    database = make_engine("sqlite://")
    metadata.create_all(database)
    with writing(database) as connection:
        for poll in polls:
            kept, _ = settle("wire", poll)
            first = keep(connection, *kept)
            assert len(first.new) + len(first.updated) + len(first.unchanged) == len(kept)
            assert not keep(connection, *kept).new
    database.dispose()


def test_an_alias_of_one_kind_is_not_another_kinds(engine: Engine) -> None:
    same = Alias(AliasKind.GUID, "paper.example/1"), Alias(AliasKind.URL, "paper.example/1")
    with writing(engine) as connection:
        for alias in same:
            story = replace(parsed(1), aliases=(alias,), headline=f"By {alias.kind}")
            assert len(keep(connection, replace(story, url="https://x.example/")).new) == 1
