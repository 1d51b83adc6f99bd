"""What each action makes of a hand; and laws that hold after any run of them."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate.arrange import arranged, changed, merged
from digest.curate.fill import standing
from digest.desk.actions import (
    Action,
    AddBlock,
    ChangeBlock,
    ChangeSection,
    Edit,
    Move,
    MoveBlock,
    Note,
    OrderSections,
    Pin,
    Release,
    Remove,
    RemoveBlock,
    Replace,
    Reserve,
    Subject,
    Where,
)
from digest.desk.apply import apply
from digest.desk.history import summary, told
from digest.errors import DigestError, InvalidError, NotFoundError, WrongStateError
from digest.model import Block, BlockKind, Draft, Hand, Overrides, SectionChange, StoryId, Take
from tests.making import candidate, edition, section

POOL = tuple(candidate(number, regions=("africa",) if number % 2 else ()) for number in range(1, 9))
DAILY = edition(
    section("africa", Take.REGION, region="africa", maximum=2),
    section("latest", maximum=4),
    section("club", maximum=1, segments=frozenset({"supporters"})),
    subject="{{ lead }}",
)
SPONSOR = Block(id=0, kind=BlockKind.SPONSOR, title="Ferries", label="Sponsored by Ferries")
SLUGS = ("africa", "latest", "club")


def filled(hand: Hand) -> Draft:
    sections = arranged(DAILY, hand).sections
    return Draft(pool=POOL, slots=standing(sections, POOL, hand.placed), hand=hand)


def after(*actions: Action, hand: Hand | None = None) -> Draft:
    draft = filled(hand or Hand())
    for action in actions:
        draft = filled(apply(draft, action, DAILY))
    return draft


def stories(draft: Draft, section: str) -> list[int]:
    removed = {slot.story for slot in draft.hand.placed if not slot.pinned}
    return [
        slot.story for slot in draft.slots if slot.section == section and slot.story not in removed
    ]


def story(number: int) -> StoryId:
    return StoryId(number)


def test_by_rule() -> None:
    assert stories(after(), "africa") == [1, 3]
    assert stories(after(), "latest") == [2, 4, 5, 6]


@pytest.mark.parametrize(
    ("actions", "latest"),
    [
        ([Pin(story=story(8), section="latest")], [8, 2, 4, 5]),
        ([Pin(story=story(8), section="latest", place=3)], [2, 4, 8, 5]),
        ([Pin(story=story(n), section="latest") for n in (7, 8)], [8, 7, 2, 4]),
        ([Pin(story=story(n), section="latest") for n in (8, 7)], [7, 8, 2, 4]),
        ([Move(story=story(5), to=Where.UP)], [2, 5, 4, 6]),
        ([Move(story=story(2), to=Where.DOWN)], [4, 2, 5, 6]),
        ([Move(story=story(6))], [6, 2, 4, 5]),
        ([Move(story=story(6)), Move(story=story(5)), Move(story=story(6), to=2)], [5, 6, 2, 4]),
        ([Move(story=story(2), to=Where.UP)], [2, 4, 5, 6]),
        ([Move(story=story(1), section="latest", to=2)], [2, 1, 4, 6]),
        ([Remove(story(4))], [2, 5, 6, 7]),
        ([Remove(story(4)), Release(story(4))], [2, 4, 5, 6]),
        ([Replace(story(4), story(8))], [2, 8, 5, 6]),
    ],
)
def test_where_stories_stand(actions: list[Action], latest: list[int]) -> None:
    assert stories(after(*actions), "latest") == latest


def test_a_story_moved_down_is_behind_its_neighbour_whether_pinned_or_not() -> None:
    draft = after(Move(story=story(4)), Move(story=story(4), to=Where.DOWN))
    assert stories(draft, "latest") == [2, 4, 5, 6]


def test_what_is_written_over_a_story_stays_where_ever_it_stands() -> None:
    better = {"headline": "  Better \n", "kicker": "New"}
    draft = after(Edit(story(4), better), Remove(story(4)), Release(story(4)))
    assert draft.hand.overrides == {4: Overrides(headline="Better", kicker="New")}
    assert draft.headlines[story(4)] == "Better"
    assert POOL[3].stored.story.headline == "Headline 4"
    less = after(Edit(story(4), {"headline": None}), hand=draft.hand).hand
    assert less.overrides == {4: Overrides(kicker="New")}
    assert after(Edit(story(4), {"kicker": None}), hand=less).hand.overrides == {}


def test_blocks() -> None:
    one, two = replace(SPONSOR, after="latest"), replace(SPONSOR, title="Trains")
    draft = after(AddBlock(one), AddBlock(two))
    assert [(block.id, block.title) for block in draft.hand.blocks] == [
        (1, "Ferries"),
        (2, "Trains"),
    ]
    moved = after(MoveBlock(1, ""), hand=draft.hand).hand.blocks
    assert [(block.id, block.after) for block in moved] == [(2, ""), (1, "")]
    text = after(ChangeBlock(replace(two, id=2, text="a\r\n\r\nb")), hand=draft.hand).hand.blocks[1]
    assert (text.title, text.text) == ("Trains", "a\n\nb")
    assert after(RemoveBlock(1), RemoveBlock(2), hand=draft.hand).hand == Hand()


def test_sections() -> None:
    draft = after(ChangeSection(SectionChange(slug="latest", maximum=1, title="New")))
    assert [one.slug for one in arranged(DAILY, draft.hand).sections] == list(SLUGS)
    assert stories(draft, "latest") == [2]
    draft = after(OrderSections(("club", "latest", "africa")), hand=draft.hand)
    shown = arranged(DAILY, draft.hand).sections
    assert [(one.slug, one.maximum, one.title) for one in shown] == [
        ("club", 1, "Club"),
        ("latest", 1, "New"),
        ("africa", 2, "Africa"),
    ]
    draft = after(ChangeSection(SectionChange(slug="africa", hidden=True)), hand=draft.hand)
    assert stories(draft, "africa") == []
    assert [one.slug for one in arranged(DAILY, draft.hand).sections] == [
        "club",
        "latest",
        "africa",
    ]


def test_a_pin_in_a_hidden_section_holds_nothing() -> None:
    hide = ChangeSection(SectionChange(slug="africa", hidden=True))
    draft = after(Pin(story=story(1), section="africa"), hide)
    assert stories(draft, "latest") == [1, 2, 3, 4]


REFUSED: list[tuple[Action, type[DigestError], str]] = [
    (Pin(story=story(1), section="sport"), NotFoundError, "no section"),
    (Pin(story=story(1), section="club", everyone=True), WrongStateError, "segments only"),
    (Move(story=story(8)), NotFoundError, "does not stand"),
    (Remove(story(99)), NotFoundError, "cannot use"),
    (Release(story(1)), NotFoundError, "no editor placed"),
    (Replace(story(1), story(1)), InvalidError, "its own place"),
    (Edit(story(1), {"title": "x"}), InvalidError, "no 'title'"),
    (Edit(story(1), {"headline": " "}), InvalidError, "needs a headline"),
    (Edit(story(1), {"link": "javascript:alert(1)"}), InvalidError, "cannot be followed"),
    (Edit(story(1), {"headline": "x" * 2_000}), InvalidError, "2000 characters"),
    (Subject("x" * 2_000), InvalidError, "1000 at most"),
    (AddBlock(Block(id=0, kind=BlockKind.TEXT)), InvalidError, "needs a title"),
    (AddBlock(replace(SPONSOR, label="")), InvalidError, "who pays"),
    (AddBlock(replace(SPONSOR, after="sport")), NotFoundError, "no section"),
    (
        AddBlock(replace(SPONSOR, first=date(2026, 2, 2), last=date(2026, 2, 1))),
        InvalidError,
        "cannot run",
    ),
    (RemoveBlock(1), NotFoundError, "no block 1"),
    (ChangeSection(SectionChange(slug="sport")), NotFoundError, "no section"),
    (ChangeSection(SectionChange(slug="latest", minimum=5)), InvalidError, "from 5 to 4"),
    (OrderSections(("latest", "africa")), InvalidError, "each section once"),
    (Reserve("latest", (story(99),)), NotFoundError, "cannot use"),
]


@pytest.mark.parametrize(("action", "error", "said"), REFUSED)
def test_refused(action: Action, error: type[DigestError], said: str) -> None:
    with pytest.raises(error, match=said):
        after(action)


STORIES = st.integers(1, 9).map(StoryId)
CHANGES = st.builds(
    SectionChange,
    slug=st.sampled_from(SLUGS),
    hidden=st.booleans(),
    minimum=st.none() | st.integers(0, 3),
    maximum=st.none() | st.integers(1, 5),
)
ACTIONS = st.one_of(
    st.builds(Pin, story=STORIES, section=st.sampled_from(SLUGS), place=st.integers(1, 6)),
    st.builds(Remove, STORIES),
    st.builds(Replace, STORIES, STORIES),
    st.builds(Move, story=STORIES, to=st.sampled_from(Where) | st.integers(1, 6)),
    st.builds(Release, STORIES),
    st.builds(Edit, STORIES, st.just({"headline": "Better"}) | st.just({"headline": None})),
    st.builds(ChangeSection, CHANGES),
    st.permutations(SLUGS).map(lambda slugs: OrderSections(tuple(slugs))),
    st.builds(Reserve, st.sampled_from(SLUGS), st.lists(STORIES, max_size=3).map(tuple)),
    st.just(AddBlock(SPONSOR)),
    st.builds(RemoveBlock, st.integers(1, 3)),
    st.builds(Note, st.none() | st.just("Hello")),
)


@settings(max_examples=300)
@given(st.lists(ACTIONS, max_size=12))
def test_laws(actions: list[Action]) -> None:
    draft = filled(Hand())
    for action in actions:
        try:
            hand = apply(draft, action, DAILY)
        except DigestError:
            continue
        was, draft = draft, filled(hand)
        placed = [slot.story for slot in hand.placed]
        assert len(placed) == len(set(placed)), "one decision about a story"
        shown = [slot.story for slot in draft.slots]
        assert len(shown) == len(set(shown)), "no story twice"
        sections = arranged(DAILY, hand).sections
        assert sorted(one.slug for one in sections) == sorted(SLUGS), "no section is lost"
        if isinstance(action, Pin | Move) and was.hand != hand:
            assert any(slot.pinned and slot.story == action.story for slot in hand.placed)
        assert bool(told(was.hand, hand, {})) == (was.hand != hand), "every change is told"


@given(st.lists(CHANGES, max_size=4), st.lists(CHANGES, max_size=4))
def test_two_sets_of_changes_make_one(one: list[SectionChange], other: list[SectionChange]) -> None:
    both = merged(DAILY.sections, one, other)
    twice = changed(changed(DAILY.sections, one), other)
    assert [section.slug for section in changed(DAILY.sections, both)] == [s.slug for s in twice]


def test_what_changed_in_two_lines() -> None:
    before, now = (
        after(),
        after(Remove(story(2)), Edit(story(4), {"headline": "Better"}), Subject("Boats")),
    )
    names = {one.stored.id: one.stored.story.headline for one in POOL}
    shown = [
        [(slot.section, slot.story) for slot in draft.slots if slot.mode != "removed"]
        for draft in (before, now)
    ]
    assert summary(*shown, told(before.hand, now.hand, names), names) == [
        "new: “Headline 8”; gone: “Headline 2”; in another order",
        "“Headline 2”: by rule → taken out; "
        "“Headline 4”: headline as it was told → “Better”; "
        "subject: as it was told → “Boats”",
    ]
    assert summary(shown[0], shown[0], [], names) == []
