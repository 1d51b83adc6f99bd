"""Topics by their words."""

import pytest

from digest.curate import topics
from digest.curate.tokens import tokens
from digest.model import TOPICS


def first(lexicon: topics.Lexicon, headline: str, text: str = "") -> str | None:
    head = tokens(headline)
    chosen = topics.chosen(topics.weigh([*head, *tokens(text)], len(head), lexicon))
    return chosen[0].topic if chosen else None


CASES = [
    ("Parliament votes to hold an election in May", "politics"),
    ("Jury convicts treasurer of fraud", "crime_justice"),
    ("Rebels and troops agree on a ceasefire", "conflict_security"),
    ("Ferry capsizes in the strait, 12 missing", "disaster_accident"),
    ("Shares fall as retailer warns of lower profit", "business"),
    ("Chip maker opens its software to all", "technology"),
    ("Clinics run short of measles vaccine", "health"),
    ("Telescope finds a planet without a star", "science"),
    ("Coral reef recovers as warming slows", "environment"),
    ("Goalkeeper scores in the cup final", "sports"),
    ("Museum hangs the painter's last canvas", "culture_entertainment"),
    ("Bishop opens the church to a school", "society_lifestyle"),
    ("Asylum seekers to be moved, Home Office says", "politics"),
    ("Trolls used deepfake videos, chatbot maker admits", "technology"),
    ("Foodbank volunteers cook for rough sleepers", "society_lifestyle"),
    ("Storm surge cuts power to the coast", "disaster_accident"),
    ("Midwives ask for more intensive care beds", "health"),
]


@pytest.mark.parametrize(("headline", "topic"), CASES)
def test_the_topic_of(lexicon: topics.Lexicon, headline: str, topic: str) -> None:
    assert first(lexicon, headline) == topic


def test_the_file_knows_all_topics_and_no_other(lexicon: topics.Lexicon) -> None:
    assert lexicon.topics == TOPICS  # and [nothing], which is no topic


def test_too_little_is_no_topic(lexicon: topics.Lexicon) -> None:
    assert first(lexicon, "A quiet afternoon in the old town") is None


def test_stems_phrases_and_plurals() -> None:
    made = topics.Lexicon({"a": {"sure": ["elect*", "red card", "spy"]}, "b": {"hint": ["card"]}})

    def points(text: str) -> dict[str, float]:
        return {row.topic: row.score for row in topics.weigh(text.split(), 0, made)}

    assert points("x election y") == points("an elected man")
    assert set(points("the red card")) == {"a"}  # the phrase, not its last word beside it
    assert set(points("the card")) == {"b"}
    assert set(points("no match at all")) == set()


def test_a_word_of_its_own_is_not_taken_for_a_plural() -> None:
    made = topics.Lexicon({"a": {"sure": ["marine"]}, "b": {"sure": ["marines"]}})
    assert [row.topic for row in topics.weigh(["marines"], 0, made)] == ["b"]
    assert [row.topic for row in topics.weigh(["Marine"], 0, made)] == ["a"]


def test_the_longest_phrase_counts_and_words_inside_it_do_not() -> None:
    made = topics.Lexicon({"a": {"sure": ["red card", "card"]}, "b": {"sure": ["red card game"]}})
    weights = topics.weigh(["a", "red", "card", "game"], 0, made)
    assert [(row.topic, row.words) for row in weights] == [("b", ("red card game",))]


def test_two_topics_only_where_they_are_close() -> None:
    weights = [topics.TopicWeight(name, score, ()) for name, score in [("a", 10.0), ("b", 8.5)]]
    assert [row.topic for row in topics.chosen(weights)] == ["a", "b"]
    far = [weights[0], topics.TopicWeight("b", 5.0, ())]
    assert [row.topic for row in topics.chosen(far)] == ["a"]
