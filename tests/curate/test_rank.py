"""A plain score whose every term can be shown."""

from dataclasses import replace
from datetime import timedelta

from digest.curate.group import Group
from digest.curate.rank import Facts, in_order, rank, score_at
from digest.model import DateGrade, PickOrigin, SourceWeight, StoryId, Usage
from tests.making import NOW, stored


def order(*stories: object, picks: dict[StoryId, PickOrigin] | None = None) -> list[int]:
    return [one.stored.id for one in rank(stories, NOW, Facts(picks=picks or {}))]  # type: ignore[arg-type]


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
    candidates = rank([stored(2, 1), stored(1, 1), stored(3, 1)], NOW)
    assert [one.stored.id for one in candidates] == [1, 2, 3]
    assert all(abs(sum(one.terms.values()) - one.score) < 0.001 for one in candidates)


def groups(**copies: int) -> dict[StoryId, Group]:
    """``s2=1``: story 2 is a copy of story 1."""
    return {
        StoryId(int(name[1:])): Group(copy=StoryId(one), fold=StoryId(one), event=StoryId(one))
        for name, one in copies.items()
    }


def test_of_copies_the_best_stands_and_remembers_the_others() -> None:
    told = [stored(1, 2), stored(2, 1), stored(3, 3)]
    found = rank(told, NOW, Facts(groups=groups(s1=1, s2=1, s3=3)))
    assert [(one.stored.id, one.copies) for one in found] == [(2, (1,)), (3, ())]
    placed = Facts(groups=groups(s1=1, s2=1, s3=3), pinned=[StoryId(1)])
    assert [(one.stored.id, one.copies) for one in rank(told, NOW, placed)] == [(1, (2,)), (3, ())]


def test_every_term_by_its_name() -> None:
    facts = Facts(
        carriers={StoryId(1): frozenset({"wire", "site"})},
        weights={"wire": SourceWeight(weight=0.8, usage=Usage.OWN)},
        updates=[StoryId(1)],
    )
    (one,) = rank([stored(1, 12, image=True)], NOW, facts)
    assert one.terms == {
        "fresh": 0.5,
        "image": 0.2,
        "sources": 0.1167,
        "source": 0.2,
        "own reporting": 0.3,
        "sent before": -0.5,
    }


def test_what_several_sources_tell_ranks_higher() -> None:
    told = [stored(1, 1), stored(2, 1.5)]
    shared = Facts(carriers={StoryId(2): frozenset({"a", "b", "c", "d"})})
    assert [one.stored.id for one in rank(told, NOW, shared)] == [2, 1]


def test_a_section_may_forget_more_slowly() -> None:
    pool = rank([stored(1, 1), stored(2, 60, image=True)], NOW)
    assert [one.stored.id for one in pool] == [1, 2]
    assert [one.stored.id for one in in_order(pool, 240)] == [2, 1]
    assert score_at(pool[1], 60) == 0.7
