"""Manual first, then by rule up to the maximum; no story twice."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate.fill import Filler, fill
from digest.model import Candidate, Interest, PickOrigin, Slot, SlotMode, StoryId, Take
from tests.making import candidate, section

AFRICA = section("africa", Take.REGION, region="africa", maximum=3)
EUROPE = section("europe", Take.REGION, region="europe", maximum=3)
PICKS = section("picks", Take.PICKS, maximum=2)
LATEST = section("latest", maximum=4)
MONEY = section("money", Take.REGION_TOPIC, region="africa", topic="business")

POOL = (
    candidate(1, regions=("africa",), topics=("business",)),
    candidate(2, regions=("europe",), topics=("sports",), pick=PickOrigin.STICKY),
    candidate(3, regions=("africa", "europe"), topics=("politics",)),
    candidate(4, regions=("africa",), topics=("business",)),
    candidate(5),
    candidate(6, regions=("europe",), topics=("business",)),
)


def told(slots: tuple[Slot, ...]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for slot in slots:
        found.setdefault(slot.section, []).append(slot.story)
    return found


def test_sections_fill_in_order_and_no_story_stands_twice() -> None:
    assert told(fill((PICKS, AFRICA, EUROPE, LATEST), POOL)) == {
        "picks": [2],
        "africa": [1, 3, 4],
        "europe": [6],
        "latest": [5],
    }


def test_region_and_topic_together() -> None:
    assert told(fill((MONEY,), POOL)) == {"money": [1, 4]}


def test_pins_come_first_and_keep_their_place() -> None:
    pin = Slot(section="africa", position=1, story=StoryId(5), mode=SlotMode.PINNED)
    gone = Slot(section="africa", position=0, story=StoryId(1), mode=SlotMode.REMOVED)
    assert told(fill((AFRICA, LATEST), POOL, (pin, gone))) == {
        "africa": [3, 5, 4],
        "latest": [2, 6],
    }


def test_a_pin_past_the_end_closes_up() -> None:
    pin = Slot(section="money", position=9, story=StoryId(5), mode=SlotMode.PINNED)
    assert told(fill((MONEY,), POOL, (pin,)))["money"] == [1, 4, 5]


def test_a_section_under_its_minimum_is_left_out_and_frees_its_stories() -> None:
    short = section("short", Take.TOPIC, topic="sports", minimum=2)
    assert told(fill((short, LATEST), POOL))["latest"] == [1, 2, 3, 4]


def test_interest_decides_content() -> None:
    sections = (PICKS, AFRICA, EUROPE, LATEST)
    reader = Interest(regions=frozenset({"europe"}), topics=frozenset({"business"}))
    # The pick is for everyone, though it is about sport.
    assert told(fill(sections, POOL, (), reader)) == {"picks": [2], "europe": [6]}


def test_a_section_for_a_segment_is_for_its_members() -> None:
    club = section("club", segments=frozenset({"supporters"}))
    assert fill((club,), POOL, (), Interest()) == ()
    assert fill((club,), POOL, (), Interest(segments=frozenset({"supporters"})))
    assert fill((club,), POOL), "the issue itself shows every section"


def test_every_slot_says_why() -> None:
    assert all(slot.reason for slot in fill((PICKS, AFRICA, LATEST), POOL))


def of(number: int, source: str = "wire", byline: str = "", fold: int | None = None) -> Candidate:
    """A candidate of that source, author and fold."""
    made = candidate(number)
    story = replace(made.stored.story, byline=byline)
    return replace(
        made,
        stored=replace(made.stored, source=source, story=story),
        fold=None if fold is None else StoryId(fold),
    )


def test_one_event_has_one_full_card_and_pins_are_stronger() -> None:
    pool = (of(1, fold=1), of(2, fold=1), of(3))
    assert told(fill((LATEST,), pool)) == {"latest": [1, 3]}
    assert told(fill((PICKS, LATEST), pool)) == {"latest": [1, 3]}
    gone = Slot(section="latest", position=0, story=StoryId(1), mode=SlotMode.REMOVED)
    assert told(fill((LATEST,), pool, [gone])) == {"latest": [2, 3]}
    pins = [
        Slot(section="latest", position=at, story=StoryId(one), mode=SlotMode.PINNED)
        for at, one in enumerate((2, 1))
    ]
    assert told(fill((LATEST,), pool, pins)) == {"latest": [2, 1, 3]}
    assert [one.stored.id for one in Filler((LATEST,), pool).mates(StoryId(1))] == [2]


def test_a_reader_gets_the_report_of_an_event_that_they_want() -> None:
    africa = replace(candidate(1, regions=("africa",)), fold=StoryId(1))
    europe = replace(candidate(2, regions=("europe",)), fold=StoryId(1))
    reader = Interest(regions=frozenset({"europe"}))
    assert told(fill((LATEST,), (africa, europe), (), reader)) == {"latest": [2]}


def test_one_source_or_author_waits_for_the_others_but_leaves_no_place_empty() -> None:
    many = [of(number, source="wire") for number in range(1, 5)]
    capped = section("latest", maximum=4, per_source=2)
    assert told(fill((capped,), (*many, of(5, source="site")))) == {"latest": [1, 2, 3, 5]}
    busy = [of(number, byline="Ann") for number in range(1, 5)]
    assert told(fill((LATEST,), (*busy, of(5, byline="Bob"), of(6)))) == {"latest": [1, 2, 5, 6]}
    assert told(fill((LATEST,), busy)) == {"latest": [1, 2, 3, 4]}


def test_sections_of_other_half_lives_share_what_is_used() -> None:
    new = replace(candidate(1), age=1.0, score=0.94, terms={"fresh": 0.94})
    old = replace(candidate(2), age=60.0, score=0.53, terms={"fresh": 0.03, "image": 0.5})
    slow = section("slow", maximum=1, half_life=240.0)
    assert told(fill((slow, LATEST), (new, old))) == {"slow": [2], "latest": [1]}
    assert told(fill((LATEST, slow), (new, old))) == {"latest": [1, 2]}


def test_two_pins_at_one_place_both_stand() -> None:
    pins = [
        Slot(section="money", position=0, story=StoryId(one), mode=SlotMode.PINNED)
        for one in (5, 6)
    ]
    assert told(fill((MONEY,), POOL, pins))["money"] == [5, 6, 1, 4]


REGIONS = ("africa", "europe", "americas")
TOPICS = ("business", "sports")


@st.composite
def pools(draw: st.DrawFn) -> tuple[Candidate, ...]:
    size = draw(st.integers(0, 14))
    return tuple(
        candidate(
            number,
            regions=tuple(draw(st.sets(st.sampled_from(REGIONS)))),
            topics=tuple(draw(st.sets(st.sampled_from(TOPICS)))),
            pick=draw(st.sampled_from([None, PickOrigin.TAG])),
            fold=draw(st.sampled_from([None, StoryId(0), StoryId(1)])),
        )
        for number in range(size)
    )


@settings(max_examples=60, deadline=None)
@given(
    pools(),
    st.builds(
        Interest,
        regions=st.frozensets(st.sampled_from(REGIONS)),
        topics=st.frozensets(st.sampled_from(TOPICS)),
    )
    | st.none(),
)
def test_laws(pool: tuple[Candidate, ...], interest: Interest | None) -> None:
    sections = (PICKS, MONEY, AFRICA, EUROPE, LATEST)
    slots = fill(sections, pool, (), interest)
    stories = [slot.story for slot in slots]
    assert len(stories) == len(set(stories))
    folds = [one.fold for one in pool if one.stored.id in stories and one.fold is not None]
    assert len(folds) == len(set(folds))
    assert fill(sections, pool, (), interest) == slots
    for one in sections:
        mine = [slot for slot in slots if slot.section == one.slug]
        assert not mine or one.minimum <= len(mine) <= one.maximum
        assert [slot.position for slot in mine] == list(range(len(mine)))
