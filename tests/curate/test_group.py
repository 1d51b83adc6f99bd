"""Copies, folds and events of stored stories, and what editors decided about them."""

from dataclasses import replace

from digest.curate.group import group
from digest.model import StoredStory, StoryId
from tests.curate.test_copies import LEAD, MORE, OTHER
from tests.making import stored


def told(number: int, headline: str, text: str) -> StoredStory:
    made = stored(number)
    return replace(made, story=replace(made.story, headline=headline, text=text))


STORIES = [
    told(3, "Westhaven closes its grain quay", LEAD + MORE),
    told(1, "Ferry fares rise", OTHER.body),
    told(2, "Last boats leave", MORE + " " + LEAD),
]


def copies(**rules: object) -> dict[int, int]:
    return {key: one.copy for key, one in group(STORIES, **rules).items()}  # type: ignore[arg-type]


def test_a_set_is_named_by_its_lowest_id_whatever_the_order() -> None:
    assert copies() == {1: 1, 2: 2, 3: 2}
    assert group(STORIES) == group(STORIES[::-1])


def test_an_editor_parts_copies_and_joins_strangers() -> None:
    apart = group(STORIES, split=[(StoryId(3), StoryId(2))])
    assert (apart[StoryId(3)].copy, apart[StoryId(3)].event) == (3, 3)
    joined = group(STORIES, joined=[(StoryId(1), StoryId(3))])
    assert {one.fold for one in joined.values()} == {1}
    assert joined[StoryId(1)].copy == 1, "of one event is not one copy"


def test_a_decision_about_a_story_that_is_not_there_is_no_matter() -> None:
    assert copies(split=[(StoryId(2), StoryId(99))]) == copies()
