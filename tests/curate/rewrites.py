"""A stream of stories and rewrites of some of them, made from labelled news (data.md §4)."""

import random
import re
from collections.abc import Iterator

from digest.curate.similarity import Text, words
from tests.curate.labelled import rows

#: the file of each, and where its text stands; none of them repeats itself on purpose
BASE = {
    "reuters21578/train3000.jsonl": "body",
    "bbc2004/dev800.jsonl": "body",
    "masakhanews/eng_dev.jsonl": "body",
    "masakhanews/eng_train50.jsonl": "body",
    "wikinews/articles.jsonl": "body",
    "geoparsing/lgl.jsonl": "text",
}
SENTENCE = re.compile(r"(?<=[.!?])\s+")
OTHER_WORDS = {
    "said": "stated",
    "people": "residents",
    "government": "administration",
    "company": "firm",
    "pct": "percent",
    "new": "fresh",
    "first": "initial",
    "made": "produced",
    "would": "might",
    "also": "additionally",
    "after": "following",
    "before": "prior to",
    "more": "additional",
    "rise": "increase",
    "fall": "drop",
    "police": "officers",
    "country": "nation",
    "market": "bourse",
    "shares": "stock",
    "profit": "earnings",
    "because": "since",
    "but": "however",
    "about": "around",
    "children": "youngsters",
    "two": "2",
    "three": "3",
    "many": "numerous",
    "week": "seven days",
    "plan": "scheme",
}
PADDING = ("reportedly", "meanwhile", "notably", "largely", "apparently")


def stream(stories: int, rewrites: int, seed: int) -> list[tuple[Text, int, int]]:
    """(text, which story it tells, level of rewriting: 0 none to 3), in random order."""
    rand = random.Random(seed)
    base = _distinct(rand)[:stories]
    told = [(text, index, 0) for index, text in enumerate(base)]
    fit = [index for index, text in enumerate(base) if len(SENTENCE.split(text.body)) >= 4]
    for number, index in enumerate(rand.sample(fit, rewrites)):
        level = number % 3 + 1
        told.append((_rewritten(base[index], level, rand), index, level))
    rand.shuffle(told)
    return told


def _distinct(rand: random.Random) -> list[Text]:
    found = {}
    for path, key in BASE.items():
        for row in rows(path):
            said = words(row[key])
            if len(said) >= 8:
                found[" ".join(said[:40])] = Text(title=row["title"], body=row[key])
    return rand.sample(list(found.values()), len(found))


def _rewritten(text: Text, level: int, rand: random.Random) -> Text:
    sentences = SENTENCE.split(text.body)
    if level == 1:
        return Text(title=f"UPDATE: {text.title}", body=f"{text.body} (Wire service)")
    if level == 2:
        kept = sentences[: round(len(sentences) * 0.6)]
        return Text(title=_headline(text, rand), body=" ".join(_reworded(" ".join(kept), rand)))
    kept = rand.sample(sentences, (len(sentences) + 1) // 2)
    return Text(title=_headline(text, rand), body=" ".join(kept))


def _headline(text: Text, rand: random.Random) -> str:
    long = [word for word in words(text.body) if len(word) > 3]
    start = rand.randrange(max(1, len(long) - 7))
    return " ".join(long[start : start + 7])


def _reworded(body: str, rand: random.Random) -> Iterator[str]:
    """Every second known word by another, and about one in eight left out or padded."""
    for word in body.split():
        other = OTHER_WORDS.get(word.lower())
        if other and rand.random() < 0.8:
            yield other
        elif rand.random() < 0.12:
            if rand.random() < 0.5:
                yield from (rand.choice(PADDING), word)
        else:
            yield word
