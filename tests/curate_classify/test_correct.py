"""An editor's word goes before every rule, and stays."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from digest.curate.classify import Classifier
from digest.curate.correct import About, Correction, corrected
from digest.curate.regions import RegionView
from digest.model import Authority, Classification, Evidence, StoryId
from digest.store import corrections, stories
from digest.store.engine import reading, writing
from tests.curate_classify.conftest import MakeClassifier, story
from tests.making import NOW, gathered, parsed

VIEWS = (
    RegionView(slug="west", name="West", countries=frozenset({"US"})),
    RegionView(slug="coast", name="Coast", parent="west", places=("Santa Cruz, US",)),
)


def said(about: About, *chosen: str, by: str = "Ann") -> Correction:
    return Correction(about=about, chosen=chosen, by=by, at=NOW)


def test_an_editor_goes_before_what_was_read() -> None:
    read = Classification(
        countries=("FR",),
        regions=("europe",),
        topics=("sports",),
        evidence=(
            Evidence(about="topic", value="sports", by=Authority.LEXICON, score=9.0, found="x"),
        ),
        topic_confidence=0.4,
    )
    now = corrected(read, [said(About.REGION, "coast"), said(About.TOPIC, "health")], VIEWS)
    assert now.regions == ("coast", "west")
    assert now.countries == ("FR",)
    assert now.topics == ("health",)
    assert [(row.by, row.about) for row in now.evidence] == [
        (Authority.EDITOR, "topic"),
        (Authority.EDITOR, "region"),
    ]
    assert now.confidence == 1.0


def test_a_country_brings_its_regions_and_nothing_is_possible_too() -> None:
    read = Classification(countries=("FR",), regions=("europe",), topics=("sports",))
    assert corrected(read, [said(About.COUNTRY, "US")], VIEWS).regions == ("west",)
    none = corrected(read, [said(About.TOPIC)], VIEWS)
    assert none.topics == ()
    assert corrected(read, [], VIEWS) == read


@pytest.mark.parametrize("order", list(itertools.permutations(About)))
def test_the_order_of_corrections_does_not_matter(order: tuple[About, ...]) -> None:
    words = {About.COUNTRY: "FR", About.REGION: "coast", About.TOPIC: "health"}
    now = corrected(Classification(), [said(about, words[about]) for about in order], VIEWS)
    assert (now.countries, now.regions, now.topics) == (("FR",), ("coast", "west"), ("health",))


def test_corrections_are_kept_one_for_each_thing(engine: Engine) -> None:
    with writing(engine) as connection:
        first, second = stories.keep(connection, gathered(parsed(1), parsed(2)), NOW).new
        corrections.keep(connection, first, said(About.TOPIC, "health"))
        corrections.keep(connection, first, said(About.TOPIC, "science", by="Ben"))
        corrections.keep(connection, first, said(About.REGION))
    with reading(engine) as connection:
        found = corrections.of(connection, [first, second])
        assert found == {
            first: [said(About.REGION), said(About.TOPIC, "science", by="Ben")],
        }
        assert corrections.of(connection, []) == {}
    with writing(engine) as connection:
        corrections.forget(connection, first, About.TOPIC)
        assert corrections.of(connection, [first])[first] == [said(About.REGION)]
        later = replace(said(About.REGION, "west"), at=NOW + timedelta(days=1))
        corrections.keep(connection, first, later)
        assert corrections.of(connection, [StoryId(first)])[first] == [later]


def test_a_classifier_knows_what_there_is(classifier: MakeClassifier) -> None:
    made: Classifier = classifier()
    made.check(About.REGION, ["africa"])
    made.check(About.COUNTRY, ["NE"])
    made.check(About.TOPIC, ["health"])
    from digest.errors import NotFoundError

    with pytest.raises(NotFoundError, match="no region 'afrika'"):
        made.check(About.REGION, ["afrika"])
    again = made.corrected(made.classify(story("Niger")), [said(About.COUNTRY, "TD")])
    assert again.countries == ("TD",)
    assert again.regions == ("africa",)
