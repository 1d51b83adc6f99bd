"""Same events: by likeness within three days, and what editors said above all."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from digest.curate.events import events
from digest.curate.linkage import average_link, labels
from digest.curate.similarity import Text, likeness, terms, vectors
from tests.making import NOW

QUAKE = [
    "Strong earthquake shakes the island of Talao, at least 12 dead in the harbour town",
    "Twelve dead as earthquake hits the harbour town on Talao island, rescuers say",
    "Talao earthquake: rescuers search the harbour town, 12 dead",
]
FERRY = [
    "Ferry operator raises fares on the sound crossing from January",
    "Sound crossing: ferry fares to rise in January, operator says",
]
OTHERS = [
    "Central bank leaves interest rate unchanged for a third month",
    "Museum buys the lost diary of a polar explorer at auction",
    "Schools reopen after the longest heatwave on record",
]


def texts(*headlines: str) -> list[Text]:
    return [Text(title=one, body=one + ".", at=NOW) for one in headlines]


ALL = texts(*QUAKE, *FERRY, *OTHERS)


def test_reports_of_one_event_stand_together_and_the_rest_alone() -> None:
    found = events(ALL)
    assert found.event == (0, 0, 0, 3, 3, 5, 6, 7)


def test_reports_more_than_three_days_apart_are_of_two_events() -> None:
    late = replace(ALL[1], at=NOW + timedelta(hours=73))
    assert events([ALL[0], late, *ALL[3:]]).event[:2] == (0, 1)


def test_editors_join_and_split() -> None:
    joined = events(ALL, together=[(5, 6)])
    assert joined.fold[5] == joined.fold[6] == 5
    parted = events(ALL, apart=[(0, 1)])
    assert parted.event[0] != parted.event[1]
    both = events(ALL, together=[(0, 1)], apart=[(0, 1)])
    assert both.fold[1] == 0, "a join is the stronger word"


def test_fold_lies_within_event() -> None:
    found = events(ALL)
    assert all(found.event[one] == found.event[first] for one, first in enumerate(found.fold))


def test_the_names_of_columns_are_no_event() -> None:
    named = texts("Weather on Monday", "Weather on Tuesday", "Story one", "Story two")
    assert events(named).event == (0, 1, 2, 3)


def test_three_words_never_fold_but_by_an_editors_word() -> None:
    named = texts("Harbour council report", "Harbour council report", *QUAKE, *OTHERS)
    assert events(named).event[:2] == (0, 0)
    assert events(named).fold[:2] == (0, 1)
    assert events(named, together=[(0, 1)]).fold[:2] == (0, 0)


def test_a_source_that_says_the_same_a_thousand_times_costs_no_million_pairs() -> None:
    same = vectors([Counter("abcd")] * 1_000, rarity=0.7, top=9)
    assert sum(map(len, likeness(same, floor=0.1))) <= 2 * 250 * 1_000


def test_nothing_and_empty_texts() -> None:
    assert events([]).event == ()
    assert events([Text(title=""), Text(title="")]).event == (0, 1)


def test_words_meet_without_their_endings() -> None:
    assert terms("Earthquakes hitting islands") == terms("earthquake hits island")
    assert terms("the of and") == []


Rows = st.integers(2, 9).flatmap(
    lambda count: st.lists(
        st.lists(st.integers(0, 20).map(lambda n: n / 20), min_size=count, max_size=count),
        min_size=count,
        max_size=count,
    )
)


@given(Rows, st.sampled_from([0.2, 0.5, 0.8]))
def test_average_link_as_by_its_definition(rows: list[list[float]], floor: float) -> None:
    """The chain finds what joining the nearest two, again and again, finds."""
    count = len(rows)
    # unequal everywhere, so that there is one right answer
    alike = [
        [rows[max(a, b)][min(a, b)] + (min(a, b) * count + max(a, b)) / 1e4 for b in range(count)]
        for a in range(count)
    ]
    sparse = [{b: alike[a][b] for b in range(count) if b != a} for a in range(count)]
    groups = [{index} for index in range(count)]
    while len(groups) > 1:
        mean, one, other = max(
            (sum(alike[a][b] for a in x for b in y) / (len(x) * len(y)), min(x), min(y))
            for x in groups
            for y in groups
            if min(x) < min(y)
        )
        if mean < floor:
            break
        joined = next(g for g in groups if one in g) | next(g for g in groups if other in g)
        groups = [g for g in groups if not g & joined] + [joined]
    expected = tuple(min(next(g for g in groups if index in g)) for index in range(count))
    assert labels(count, average_link(sparse, floor=floor), floor) == expected


def test_likeness_is_the_cosine() -> None:
    counted = [Counter("aab"), Counter("ab"), Counter("c")]
    found = likeness(vectors(counted, rarity=0, top=9), floor=0.1)
    assert abs(found[0][1] - 0.9686) < 0.001
    assert found[1][0] == found[0][1]
    assert found[2] == {}
