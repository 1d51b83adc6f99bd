"""Blocks stand behind their sections, for those they are for, and are nobody's reason for mail."""

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.curate import vary
from digest.curate.inset import running
from digest.curate.select import Selector
from digest.model import Block, BlockKind, Hand, Interest, Overrides, StoryId, Take
from tests.making import NOW, candidate, edition, issue, section

POOL = (candidate(1, regions=("africa",)), candidate(2, regions=("europe",)))
DAILY = edition(
    section("africa", Take.REGION, region="africa"),
    section("europe", Take.REGION, region="europe"),
    section("club", segments=frozenset({"club"})),
    subject="{{ lead }}",
)


def block(number: int, after: str = "", *segments: str) -> Block:
    return Block(
        id=number,
        kind=BlockKind.TEXT,
        title=f"Block {number}",
        after=after,
        segments=frozenset(segments),
    )


def slugs(blocks: tuple[Block, ...], interest: Interest | None) -> list[str]:
    found = Selector(DAILY, POOL, (), NOW, blocks).select(interest)
    return [slug for slug, _ in found or ()]


BLOCKS = (block(1, "europe"), block(2), block(3, "africa", "club"), block(4, "gone"))


@pytest.mark.parametrize(
    ("interest", "told"),
    [
        (None, ["block:2", "africa", "block:3", "europe", "block:1", "block:4"]),
        (Interest(), ["block:2", "africa", "europe", "block:1", "block:4"]),
        (
            Interest(regions=frozenset({"europe"}), segments=frozenset({"club"})),
            ["block:2", "block:3", "europe", "block:1", "block:4"],
        ),
        (Interest(regions=frozenset({"africa"})), ["block:2", "africa", "block:1", "block:4"]),
        (Interest(regions=frozenset({"asia"})), []),
    ],
)
def test_where_blocks_stand(interest: Interest | None, told: list[str]) -> None:
    assert slugs(BLOCKS, interest) == told


def test_an_issue_of_blocks_alone_is_for_those_they_are_for() -> None:
    blocks = (block(1), block(2, "", "club"))
    selector = Selector(DAILY, (), (), NOW, blocks)
    assert selector.select(Interest()) == (("block:1", ()),)
    only = Selector(DAILY, (), (), NOW, blocks[1:])
    assert only.select(Interest()) is None
    assert only.select(Interest(segments=frozenset({"club"}))) == (("block:2", ()),)


def test_readers_who_see_the_same_blocks_are_one_variant() -> None:
    selector = Selector(DAILY, POOL, (), NOW, (block(1, "", "club"),))
    told = [
        selector.select(Interest(segments=frozenset(segments)))
        for segments in ((), ("birds",), ("club",), ("club", "birds"))
    ]
    assert told[0] == told[1] != told[2] == told[3]


def test_a_block_runs_on_its_days_only() -> None:
    today, day = NOW.date(), timedelta(days=1)
    one = block(1)
    days = [
        replace(one, first=today + at * day, last=today + to * day)
        for at, to in ((0, 0), (-1, 0), (1, 2), (-2, -1))
    ]
    assert running((one, *days), today) == (one, *days[:2])


def test_a_hand_changes_what_is_told_and_blocks_come_with_it() -> None:
    hand = Hand(
        overrides={StoryId(1): Overrides(headline="Better", byline="", image_url="")},
        blocks=BLOCKS,
    )
    told = vary.vary(issue(), DAILY, POOL, hand, None, {})
    assert told.subject == "Better"
    assert [one.slug for one in told.sections] == slugs(BLOCKS, None)
    assert [one.id for one in told.blocks] == [2, 3, 1, 4]
    assert [card.headline for card in told.cards] == ["Better", "Headline 2"]
