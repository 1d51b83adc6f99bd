"""Fewer variants: step by step, the same for all, and nobody loses their mail by it."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate.coarse import Coarse, coarser, noted, told
from digest.curate.select import Selector
from digest.model import Candidate, Interest
from tests.curate.test_select import ANYBODY, SECTIONS, WEEKS
from tests.making import edition

#: without the section for a segment: at the last step nobody sees that
OPEN = tuple(one for one in SECTIONS if not one.segments)
LAST = max(Coarse)


@settings(max_examples=30, deadline=None)
@given(WEEKS, st.lists(ANYBODY, max_size=5), st.integers(1, 3))
def test_every_step_keeps_readers_and_repeats_no_story(
    pool: tuple[Candidate, ...], readers: Sequence[Interest], minimum: int
) -> None:
    selector = Selector(edition(*OPEN, reader_minimum=minimum), pool, ())
    current = {one.stored.id for one in pool if one.earlier is None}
    kept: list[set[int]] = []
    for step in Coarse:
        found = [selector.select(one, step) for one in readers]
        kept.append({number for number, one in enumerate(found) if one is not None})
        for one in filter(None, found):
            stories = [story for _, held in one for story in held]
            assert stories
            assert len(stories) == len(set(stories))
            assert step is Coarse.NOTHING or current.issuperset(stories)
    assert all(still <= kept[0] for still in kept)
    if selector.select(Interest(), LAST) is not None:
        assert all(still == kept[0] for still in kept), "who gets mail does not depend on it"
    for language in {one.language for one in readers}:
        mine = [one for one in readers if one.language == language]
        assert len({selector.select(one, LAST) for one in mine} - {None}) <= 1, "one for all"


@given(ANYBODY)
def test_each_step_forgets_one_thing_more(interest: Interest) -> None:
    forgotten = [coarser(interest, step) for step in Coarse]
    assert forgotten[0] == interest
    assert forgotten[-1] == Interest(language=interest.language)
    for step in Coarse:
        assert coarser(forgotten[step], LAST) == forgotten[-1]
        assert coarser(forgotten[step], step) == forgotten[step]


def test_it_is_told_in_words() -> None:
    assert told(Coarse.NOTHING, 3, 2) == ""
    line = told(Coarse.REGIONS, 3, 1)
    assert line == (
        "selections coarsened to 1 variant, max_variants is 3: without own windows, topics and "
        "regions"
    )
    assert noted(f"2 new stories; {line}") == line
    assert noted("2 new stories") == ""
    assert told(Coarse.SEGMENTS, 3, 4).endswith(
        "(fewer than one for each language and style cannot be)"
    )
