"""A reader's selection: the issue's own rule, for their own window, never next to nothing."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate.fill import Filler
from digest.curate.select import Selection, Selector
from digest.model import Candidate, Interest, PickOrigin, SlotMode, StoryId, Take
from digest.model import Slot as ASlot
from tests.curate.test_fill import AFRICA, EUROPE, LATEST, PICKS, POOL, REGIONS, TOPICS, pools
from tests.making import NOW, candidate, edition, section

ALL = (PICKS, AFRICA, EUROPE, LATEST)
DAILY = edition(*ALL)
READERS = st.builds(
    Interest,
    regions=st.frozensets(st.sampled_from(REGIONS)),
    topics=st.frozensets(st.sampled_from(TOPICS)),
    limit=st.sampled_from([0, 0, 2]),
)


def aged(number: int, hours: float, *, image: float = 0.0) -> Candidate:
    """A candidate first seen so many hours before ``NOW``; past 24 it is from before the issue."""
    made = candidate(number)
    fresh = round(0.5 ** (hours / 12), 4)
    return replace(
        made,
        stored=replace(made.stored, first_seen_at=NOW - timedelta(hours=hours)),
        score=fresh + image,
        terms={"fresh": fresh, "image": image},
        age=hours,
        earlier=NOW - timedelta(hours=hours // 24 * 24 - 24) if hours > 24 else None,
    )


def stories(found: Selection | None) -> list[int]:
    assert found is not None
    return [story for _, held in found for story in held]


@settings(max_examples=60, deadline=None)
@given(pools(), READERS)
def test_the_same_rule_as_the_issue_itself(pool: tuple[Candidate, ...], interest: Interest) -> None:
    found = Selector(DAILY, pool, ()).select(interest)
    filled = Filler(ALL, pool).filled(interest)
    assert (found or ()) == tuple((one.section.slug, one.stories) for one in filled)


def test_whoever_had_no_mail_for_a_week_gets_the_best_of_the_week() -> None:
    pool = (aged(1, 1), aged(2, 30), aged(3, 100, image=0.9), aged(4, 200))
    selector = Selector(edition(LATEST), pool, (), NOW)
    assert stories(selector.select(Interest())) == [1]
    assert stories(selector.select(Interest(since=NOW - timedelta(hours=36)))) == [1, 2]
    week = selector.select(Interest(since=NOW - timedelta(days=7)))
    assert stories(week) == [3, 1, 2], "in a roll-up a good story outlives its day"


def test_too_little_is_topped_up_with_picks_or_is_nothing() -> None:
    picks = [replace(candidate(number), pick=PickOrigin.TAG) for number in (7, 8, 9)]
    daily = replace(DAILY, reader_minimum=3)
    nobody = Interest(regions=frozenset({"americas"}))
    assert stories(Selector(daily, (*POOL, *picks), ()).select(nobody)) == [2, 7, 8]
    assert Selector(daily, POOL, ()).select(nobody) is None
    gone = ASlot(section="picks", position=0, story=StoryId(8), mode=SlotMode.REMOVED)
    assert stories(Selector(daily, (*POOL, *picks), (gone,)).select(nobody)) == [2, 7, 9]


def test_a_limit_keeps_the_best_and_what_editors_placed() -> None:
    pin = ASlot(section="latest", position=0, story=StoryId(6), mode=SlotMode.PINNED)
    selector = Selector(DAILY, POOL, (pin,))
    assert stories(selector.select(Interest(limit=3))) == [2, 1, 6]


def test_segments_that_no_section_asks_for_make_no_difference() -> None:
    club = section("club", Take.LATEST, segments=frozenset({"club"}))
    selector = Selector(edition(club, LATEST), POOL, ())
    told = selector.narrowed(Interest(segments=frozenset({"club", "staff"})))
    assert told == Interest(segments=frozenset({"club"}))
