"""Manual first, then by rule up to the maximum; no story twice."""

from hypothesis import given
from hypothesis import strategies as st

from digest.curate.fill import fill
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


REGIONS = ("africa", "europe", "americas")
TOPICS = ("business", "sports")


@st.composite
def pools(draw: st.DrawFn) -> tuple[Candidate, ...]:
    size = draw(st.integers(0, 30))
    return tuple(
        candidate(
            number,
            regions=tuple(draw(st.sets(st.sampled_from(REGIONS)))),
            topics=tuple(draw(st.sets(st.sampled_from(TOPICS)))),
            pick=draw(st.sampled_from([None, PickOrigin.TAG])),
        )
        for number in range(size)
    )


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
    assert fill(sections, pool, (), interest) == slots
    for one in sections:
        mine = [slot for slot in slots if slot.section == one.slug]
        assert not mine or one.minimum <= len(mine) <= one.maximum
        assert [slot.position for slot in mine] == list(range(len(mine)))
