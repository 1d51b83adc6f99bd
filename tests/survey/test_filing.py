"""Categories as regions and topics."""

import pytest

from digest.survey.filing import Knowledge, Meaning, file
from digest.survey.terms import Term


def filed(name: str, known: Knowledge) -> tuple[Meaning | None, Meaning | None]:
    (one,) = file([Term(name=name, path=name, count=3)], known)
    return one.region, one.topic


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Africa", "africa"), ("AFRICA", "africa"), ("asia pacific", "asia-pacific"),
        ("Middle East", "middle-east"), ("Latin America", "americas"),
        ("South Asia", "asia-pacific"), ("Moyen-Orient", "middle-east"),
        ("The Gulf", "middle-east"), ("Kenya", "KE"), ("Jordan", "JO"),
        ("Southeast Asia", "asia-pacific"), ("Caribbean", "americas"),
        ("Nigeria", "NG"), ("uganda", "UG"), ("UK", "GB"), ("South Africa", "ZA"),
    ],
)  # fmt: skip
def test_sure_regions(known: Knowledge, name: str, value: str) -> None:
    region, _ = filed(name, known)
    assert region
    assert (region.value, region.sure) == (value, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [("Georgia", "GE"), ("Paris", "FR"), ("National", "KE"), ("French", "FR")],
)
def test_regions_to_look_at(known: Knowledge, name: str, value: str) -> None:
    region, _ = filed(name, known)
    assert region
    assert (region.value, region.sure) == (value, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Business", "business"), ("BUSINESS & ECONOMY", "business"), ("Sport", "sports"),
        ("Arts and Culture", "culture_entertainment"), ("Économie", "business"),
        ("Política", "politics"), ("खेल", "sports"), ("رياضة", "sports"), ("World", ""),
        ("Uncategorized", ""), ("Editors’ Picks", ""), ("Crime and justice", "crime_justice"),
        ("Sports/Football", "sports"),
    ],
)  # fmt: skip
def test_sure_topics(known: Knowledge, name: str, value: str) -> None:
    region, topic = filed(name, known)
    assert region is None
    assert topic
    assert (topic.value, topic.sure) == (value, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [("Science & Technology", "science"), ("Health Matters", "health"), ("Sport & Whim", "sports")],
)
def test_topics_to_look_at(known: Knowledge, name: str, value: str) -> None:
    _, topic = filed(name, known)
    assert topic
    assert (topic.value, topic.sure) == (value, False)


@pytest.mark.parametrize("name", ["Opinion", "Letters", "Zzyzx"])
def test_names_that_say_nothing(known: Knowledge, name: str) -> None:
    assert filed(name, known) == (None, None)


def test_of_two_categories_with_one_name_the_first_counts(known: Knowledge) -> None:
    twins = [
        Term(name=name, path=name, count=1) for name in ("Asia", "ASIA", "World", "!!", "की", "का")
    ]
    assert [one.term.name for one in file(twins, known)] == ["Asia", "World", "की", "का"]
