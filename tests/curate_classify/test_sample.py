"""The sample newsroom's stories, read without the help of its categories."""

from digest.sample.story import SampleStory, stories
from tests.curate_classify.conftest import MakeClassifier, story


def test_the_sample_lies_where_its_authors_say(classifier: MakeClassifier) -> None:
    made = classifier(home="GB")
    astray = []
    topics: list[SampleStory] = []
    for told in stories():
        found = made.classify(
            story(told.headline, told.body, standfirst=told.standfirst, language=told.language)
        )
        if (found.primary_country, found.regions[0]) != (told.expect_country, told.expect_region):
            astray.append((told.slug, found.countries, found.regions))
        if told.language == "en" and told.expect_topic not in found.topics[:1]:
            topics.append(told)
    print(f"topics astray: {[told.slug for told in topics]}")
    assert astray == []
    assert len(topics) <= 4
