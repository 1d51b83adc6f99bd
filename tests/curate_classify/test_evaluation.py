"""The bars of ``make evaluate`` hold. The sets stand beside the repository; none of it is in it."""

import time

import pytest

from digest.curate import gazetteer
from digest.curate.classify import Rules
from tests.curate_classify import labelled
from tests.curate_classify.conftest import MakeClassifier
from tests.curate_classify.evaluate import Question, f1, questions
from tests.parts import PARTS

pytestmark = pytest.mark.part("shared-data")

#: without the sets one empty question, which is skipped like the rest of this file
QUESTIONS = (
    [pytest.param(one, id=one.name) for one in questions() if one.bar is not None]
    if PARTS["shared-data"].here()
    else [pytest.param(None, id="none")]
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_set_is_read_as_well_as_promised(question: Question) -> None:
    answers = labelled.ask(question.asked(), question.read)
    assert question.bar is not None
    assert labelled.accuracy(answers) >= question.bar


def test_no_ambiguous_headline_gets_a_forbidden_country(classifier: MakeClassifier) -> None:
    made = classifier()
    wrong = [
        one.id
        for one in labelled.region_hard()
        if one.forbidden & set(made.classify(one.story).countries)
    ]
    assert not wrong


def test_all_countries_of_reuters(classifier: MakeClassifier, places: gazetteer.Gazetteer) -> None:
    asked = labelled.reuters(dict(places.countries), dateline=True)
    assert f1(asked, classifier(home="US"))[0] >= 0.87


def test_confidence_tells_sure_from_unsure(classifier: MakeClassifier) -> None:
    made = classifier()
    sure, unsure = [], []
    for one in labelled.wikinews("topics"):
        found = made.classify(one.story)
        (sure if found.topic_confidence >= 0.5 else unsure).append(found.topics[0] in one.right)
    assert sum(sure) / len(sure) > sum(unsure) / len(unsure)


def test_speed(classifier: MakeClassifier) -> None:
    made = classifier(Rules(regions={"World > Asia": "asia-pacific"}), "GB")
    stories = [one.story for one in labelled.wikinews("countries")]
    start = time.process_time()
    for one in stories:
        made.classify(one)
    assert len(stories) / (time.process_time() - start) > 300  # the machine may be busy
