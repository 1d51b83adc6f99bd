"""Stories classified, against the places alone found by one regular expression of their names."""

import re
from collections.abc import Iterator

from digest.curate import gazetteer, regions, topics
from digest.curate.classify import Classifier, Rules
from digest.curate.home import with_towns
from digest.model import ParsedStory
from digest.sample.story import stories
from tests.bench.measure import Figure, compare

WORDS = 500
STORIES = 300
#: the other way is slow: so few of the same stories
FEW = 5


def reading() -> Iterator[Figure]:
    """Stories a CPU second, of about 500 words, one core."""
    places = with_towns(gazetteer.load(), "GB")
    made = Classifier(places, topics.load(), regions.views("newsroom", (), places), Rules(), "GB")
    told = _stories()
    names = sorted(places.english, key=len, reverse=True)
    every_name = re.compile(r"\b(?:" + "|".join(map(re.escape, names)) + r")\b")

    def ours() -> int:
        for one in told:
            made.classify(one)
        return len(told)

    def one_expression() -> int:
        for one in told[:FEW]:
            every_name.findall(f"{one.headline}\n{one.text}")
        return FEW

    yield compare(
        "stories read, region and topic",
        ours,
        one_expression,
        unit="stories/s",
        beside=f"finding {len(names):,} names by one re alternation, nothing else",
        bar=10,
    )


def _stories() -> list[ParsedStory]:
    """The sample newsroom's, strung together until each has about ``WORDS`` words."""
    texts = [f"{one.standfirst}\n{one.body}" for one in stories() if one.language == "en"]
    heads = [one.headline for one in stories() if one.language == "en"]
    found = []
    for number in range(STORIES):
        text, at = "", number
        while len(text.split()) < WORDS:
            text += f"{texts[at % len(texts)]}\n"
            at += 1
        text = " ".join(text.split(" ")[:WORDS])
        head = heads[number % len(heads)]
        found.append(ParsedStory(aliases=(), url="", headline=head, text=text))
    return found
