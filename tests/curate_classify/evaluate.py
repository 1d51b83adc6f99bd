"""``make evaluate``: how often regions and topics are right, set by set, class by class.

Rules were set by hand, by what they mean, never by search; the spread over fifths of each set
shows how much of a figure is chance.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from digest.curate import gazetteer, regions, topics
from digest.curate.classify import Classifier, Rules
from digest.curate.home import with_towns
from digest.curate.wording import wording
from digest.model import Authority, ParsedStory
from tests.curate_classify import labelled
from tests.curate_classify.labelled import Answer, Labelled, Reader
from tests.parts import PARTS


@dataclass(frozen=True, slots=True)
class Question:
    """One set, how it is read, and the least share that must be right."""

    name: str
    asked: Callable[[], list[Labelled]]
    read: Reader
    bar: float | None


def country(made: Classifier) -> Reader:
    return lambda story: made.classify(story).primary_country


def region(made: Classifier) -> Reader:
    return lambda story: next(iter(made.classify(story).regions), None)


def topic(made: Classifier) -> Reader:
    return lambda story: next(iter(made.classify(story).topics), None)


def topic_among(made: Classifier, lexicon: topics.Lexicon, known: frozenset[str]) -> Reader:
    """The best of the topics that a set knows: what its own labels can tell."""

    def read(story: ParsedStory) -> str | None:
        words = wording(story.headline, story.text, made.gazetteer)
        weights = topics.weigh(words.words, words.headline, lexicon)
        return next((weight.topic for weight in weights if weight.topic in known), None)

    return read


def questions() -> Iterator[Question]:
    places, lexicon = gazetteer.load(), topics.load()
    views = regions.views("newsroom", (), places)

    def at(home: str | None) -> Classifier:
        known = with_towns(places, home) if home else places
        return Classifier(known, lexicon, views, Rules(), home)

    nowhere, american, british = at(None), at("US"), at("GB")
    names = dict(places.countries)
    yield Question(
        "country, Wikinews, no home", lambda: labelled.wikinews("countries"), country(nowhere), 0.98
    )
    yield Question("country, region-hard, no home", labelled.region_hard, country(nowhere), 0.95)
    yield Question("region, BBC sections, home GB", labelled.sections, region(british), 0.975)
    yield Question(
        "country, Reuters with dateline, home US",
        lambda: labelled.reuters(names, dateline=True),
        country(american),
        0.91,
    )
    yield Question(
        "country, Reuters, home US", lambda: labelled.reuters(names), country(american), None
    )
    yield Question("topic, Wikinews", lambda: labelled.wikinews("topics"), topic(nowhere), 0.94)
    for path, bar, bar_among in (
        ("masakhanews/eng_dev.jsonl", 0.83, 0.83),
        ("masakhanews/eng_train50.jsonl", None, None),
        ("bbc2004/dev800.jsonl", 0.834, 0.834),
        ("uci-aggregator/dev.jsonl", None, None),
    ):
        known = frozenset(name for one in labelled.topics(path) for name in one.right if name)
        asked = lambda path=path: labelled.topics(path)  # noqa: E731 - one question, said twice
        yield Question(f"topic of our 12, {path}", asked, topic(nowhere), bar)
        among = topic_among(nowhere, lexicon, known)
        yield Question(f"topic of its {len(known)}, {path}", asked, among, bar_among)
    english = "masakhanews/eng_dev.jsonl"
    sectioned = Classifier(places, lexicon, views, Rules(topics=labelled.SECTION_TOPICS))
    yield Question(
        f"topic of our 12 with the publisher's sections, {english}",
        lambda: labelled.topics(english),
        topic(sectioned),
        # people file 21 of the sections' 269 stories otherwise
        0.87,
    )
    known = frozenset(name for one in labelled.topics(english) for name in one.right if name)
    yield Question(
        f"topic of its {len(known)} with the publisher's sections, {english}",
        lambda: labelled.topics(english),
        topic_by_section(sectioned, topic_among(nowhere, lexicon, known)),
        0.90,
    )
    french = "masakhanews/fra_dev.jsonl"
    yield Question(f"topic, {french}", lambda: labelled.topics(french, "fr"), topic(nowhere), None)


def topic_by_section(made: Classifier, otherwise: Reader) -> Reader:
    """The topic that the publisher's rules give; where they are silent what ``otherwise`` reads."""

    def read(story: ParsedStory) -> str | None:
        found = made.classify(story)
        ruled = any(one.about == "topic" and one.by is Authority.RULE for one in found.evidence)
        return found.topics[0] if ruled and found.topics else otherwise(story)

    return read


def f1(asked: list[Labelled], made: Classifier) -> tuple[float, float, float]:
    """F1, precision and recall over all countries of all stories."""
    both = said = coded = 0
    for one in asked:
        found = set(made.classify(one.story).countries)
        both += len(found & set(one.right))
        said += len(found)
        coded += len(one.right)
    return 2 * both / (said + coded), both / said, both / coded


def table(answers: list[Answer], rows: int = 12) -> Iterator[str]:
    """Class by class: how many there are, how many were found, how many given were right."""
    asked = Counter(one.asked.right[0] for one in answers)
    found = Counter(one.asked.right[0] for one in answers if one.is_right)
    said = Counter(one.said for one in answers)
    good = Counter(one.said for one in answers if one.is_right)
    for name, count in asked.most_common(rows):
        precision = f"{good[name] / said[name]:.2f}" if said[name] else "   -"
        recall = found[name] / count
        yield f"    {name or 'none':24} {count:5}  found {recall:.2f}  right {precision}"


def confusions(answers: list[Answer], most: int = 6) -> str:
    wrong = Counter((one.asked.right[0], one.said) for one in answers if not one.is_right)
    told = (f"{right} read as {said}: {count}" for (right, said), count in wrong.most_common(most))
    return "; ".join(told) or "none"


def main() -> int:
    """0 if every bar is reached."""
    if not PARTS["shared-data"].here():
        sys.stderr.write(f"no labelled sets: {PARTS['shared-data'].how}\n")
        return 1
    missed = []
    for question in questions():
        start = time.process_time()
        answers = labelled.ask(question.asked(), question.read)
        spent = time.process_time() - start
        share, (least, most) = labelled.accuracy(answers), labelled.spread(answers)
        bar = "" if question.bar is None else f"  bar {question.bar:.3f}"
        mark = "" if question.bar is None or share >= question.bar else "  MISSED"
        missed += [question.name] if mark else []
        print(
            f"{question.name}: {share:.3f} of {len(answers)}, fifths {least:.3f} to {most:.3f}"
            f"{bar}{mark}  ({spent:.1f} s)"
        )
        print(*table(answers), sep="\n")
        print(f"    worst: {confusions(answers)}\n")
    missed += sorted(_countries())
    if missed:
        print(f"missed: {', '.join(missed)}")
    return 1 if missed else 0


def _countries() -> Iterator[str]:
    places = gazetteer.load()
    views = regions.views("newsroom", (), places)
    hard = Classifier(places, topics.load(), views, Rules())
    wrong = [
        one.story.headline
        for one in labelled.region_hard()
        if one.forbidden & set(hard.classify(one.story).countries)
    ]
    print(f"region-hard: {len(wrong)} with a forbidden country: {wrong}")
    american = Classifier(with_towns(places, "US"), topics.load(), views, Rules(), "US")
    for name, dateline in (("with dateline", True), ("title and body", False)):
        share, precision, recall = f1(
            labelled.reuters(dict(places.countries), dateline=dateline), american
        )
        print(
            f"all countries, Reuters {name}: F1 {share:.3f} "
            f"(precision {precision:.3f}, recall {recall:.3f})"
        )
        if dateline and share < 0.87:
            yield "F1 of Reuters"


if __name__ == "__main__":
    sys.exit(main())
