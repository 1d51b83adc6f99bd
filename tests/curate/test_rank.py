"""A plain score whose every term can be shown."""

from dataclasses import replace
from datetime import timedelta

from digest.curate.rank import rank
from digest.model import DateGrade, PickOrigin, StoryId
from tests.making import NOW, stored


def order(*stories: object, picks: dict[StoryId, PickOrigin] | None = None) -> list[int]:
    return [one.stored.id for one in rank(stories, picks or {}, NOW)]  # type: ignore[arg-type]


def test_newer_first_and_pictures_help() -> None:
    assert order(stored(1, 9), stored(2, 1)) == [2, 1]
    assert order(stored(1, 1), stored(2, 2, image=True)) == [2, 1]


def test_a_pick_stands_above_news() -> None:
    assert order(stored(1, 0.1), stored(2, 20), picks={StoryId(2): PickOrigin.TAG}) == [2, 1]


def test_a_date_in_the_future_gains_nothing() -> None:
    sneaky = stored(1, 3)
    ahead = replace(sneaky.story, published_at=NOW + timedelta(days=30))
    assert order(replace(sneaky, story=ahead), stored(2, 1)) == [2, 1]


def test_without_a_trustworthy_date_first_sight_counts() -> None:
    undated = stored(1, 0.1)
    vague = replace(undated.story, published_at=NOW, date_grade=DateGrade.DAY_ONLY)
    assert order(replace(undated, story=vague), stored(2, 1)) == [2, 1]


def test_the_terms_add_up_and_ties_are_settled() -> None:
    candidates = rank([stored(2, 1), stored(1, 1), stored(3, 1)], {}, NOW)
    assert [one.stored.id for one in candidates] == [1, 2, 3]
    assert all(abs(sum(one.terms.values()) - one.score) < 0.001 for one in candidates)
