"""A reader's selection: the issue's own rule, for their own window, never next to nothing."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate.fill import Filler
from digest.curate.select import Selection, Selector
from digest.model import Candidate, Interest, PickOrigin, Section, SlotMode, StoryId, Take
from digest.model import Slot as ASlot
from tests.curate import plain
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


LANGUAGES = ("", "en", "fr")
#: the end of the windows of earlier issues
ENDS = tuple(NOW - timedelta(days=days) for days in (1, 3, 6))
SECTIONS = (
    section("picks", Take.PICKS, maximum=2),
    section("money", Take.REGION_TOPIC, region="africa", topic="business", minimum=2),
    section("africa", Take.REGION, region="africa", maximum=3, per_source=1, per_author=1),
    section("europe", Take.REGION, region="europe", maximum=4, half_life=72.0),
    section("club", Take.LATEST, maximum=2, segments=frozenset({"club"})),
    section("latest", maximum=6, per_source=1, half_life=48.0),
)
ANYBODY = st.builds(
    Interest,
    regions=st.frozensets(st.sampled_from(REGIONS)),
    topics=st.frozensets(st.sampled_from(TOPICS)),
    segments=st.frozensets(st.sampled_from(["club", "staff"])),
    since=st.none() | st.sampled_from(ENDS),
    limit=st.sampled_from([0, 0, 1, 3]),
    language=st.sampled_from(LANGUAGES),
)


def week(seed: int) -> tuple[Candidate, ...]:
    """A pool with stories of earlier windows, of few authors and sources, in several languages."""
    random = Random(seed)
    made = []
    for number in range(random.choice((3, 12, 40))):
        one = candidate(
            number,
            regions=tuple(random.sample(REGIONS, random.choice((0, 1, 2, 2)))),
            topics=tuple(random.sample(TOPICS, random.randrange(3))),
            pick=random.choice([None, PickOrigin.TAG]),
            fold=random.choice([None, None, StoryId(0), StoryId(1)]),
        )
        hours = random.choice([1.0, 5.0, 30.0, 100.0])
        fresh = round(0.5 ** (hours / 12), 4)
        byline, language = (
            random.choice(["", "Ann", "Bob", "Cid"]),
            random.choice(["", "en", "fr-CA"]),
        )
        story = replace(one.stored.story, byline=byline, language=language)
        source = random.choice(["wire", "site", "blog"])
        made.append(
            replace(
                one,
                stored=replace(one.stored, story=story, source=source),
                score=fresh,
                terms={"fresh": fresh},
                age=hours,
                earlier=random.choice([None, None, *ENDS]),
            )
        )
    return tuple(made)


#: pools by seed: drawing each story by itself would take seconds
WEEKS = st.integers(0, 1 << 32).map(week)


@st.composite
def desks(draw: st.DrawFn, modes: tuple[SlotMode, ...] = tuple(SlotMode)[1:]) -> list[ASlot]:
    """What editors did: no story twice."""
    stories = draw(st.lists(st.integers(0, 14), unique=True, max_size=4))
    return [
        ASlot(
            section=draw(st.sampled_from(SECTIONS)).slug,
            position=draw(st.integers(0, 4)),
            story=StoryId(story),
            mode=draw(st.sampled_from(modes)),
        )
        for story in stories
    ]


@settings(max_examples=150, deadline=None)
@given(WEEKS, desks(), st.none() | ANYBODY, st.sets(st.sampled_from(SECTIONS), max_size=2))
def test_the_fast_way_gives_what_the_plain_way_gives(
    pool: tuple[Candidate, ...], desk: list[ASlot], interest: Interest | None, hidden: set[Section]
) -> None:
    sections = [replace(one, hidden=one in hidden) for one in SECTIONS]
    found = Filler(sections, pool, desk).filled(interest)
    assert [(one.section.slug, one.stories) for one in found] == plain.selection(
        sections, pool, desk, interest
    )


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


@settings(max_examples=40, deadline=None)
@given(WEEKS, desks((SlotMode.EVERYONE,)), ANYBODY)
def test_what_is_for_everyone_reaches_everyone_once(
    pool: tuple[Candidate, ...], desk: list[ASlot], interest: Interest
) -> None:
    known = {one.stored.id for one in pool}
    due = {(pin.section, pin.story) for pin in desk if pin.story in known}
    club = {one for one in due if one[0] == "club" and "club" not in interest.segments}
    for minimum in (1, 3):
        found = Selector(edition(*SECTIONS, reader_minimum=minimum), pool, desk).select(interest)
        held = [(slug, story) for slug, stories in found or () for story in stories]
        assert due - club <= set(held)
        assert len({story for _, story in held}) == len(held)
        if interest.limit:
            assert len(held) <= max(interest.limit, len(due))


def test_who_wants_few_stories_is_content_with_few() -> None:
    picks = [replace(candidate(number), pick=PickOrigin.TAG) for number in (7, 8, 9)]
    selector = Selector(replace(DAILY, reader_minimum=3), (*POOL, *picks), ())
    nobody = Interest(regions=frozenset({"americas"}), limit=2)
    assert stories(selector.select(nobody)) == [2, 7]


def test_picks_for_a_segment_top_up_nobody_else() -> None:
    club = replace(PICKS, segments=frozenset({"club"}))
    daily = edition(club, AFRICA, reader_minimum=2)
    nobody = Interest(regions=frozenset({"americas"}))
    assert Selector(daily, POOL, ()).select(nobody) is None


def test_an_edition_in_several_languages_gives_each_reader_one() -> None:
    def told(number: int, language: str) -> Candidate:
        made = candidate(number)
        story = replace(made.stored.story, language=language)
        return replace(made, stored=replace(made.stored, story=story))

    pool = (told(1, "en"), told(2, "hi"), told(3, ""), told(4, "hi-IN"))
    both = Selector(edition(LATEST, languages=frozenset({"en", "hi"})), pool, ())
    assert stories(both.select(Interest(language="hi"))) == [2, 3, 4]
    assert stories(both.select(Interest(language="en-GB"))) == [1, 3]
    assert stories(both.select(Interest(language="fr"))) == [1, 3], "the edition's own"
    assert stories(both.select(Interest())) == [1, 3]
    assert stories(both.select(None)) == [1, 2, 3, 4], "editors see all"
    mixed = Selector(edition(LATEST), pool, ())
    assert stories(mixed.select(Interest(language="hi"))) == [1, 2, 3, 4]
