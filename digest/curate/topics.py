"""What a story is about: words that speak for a topic, counted. Words in digest/data/topics.toml.

No model trained on others' labels: measured, one loses 10 to 35 points on a new publisher's
stories, and this lexicon beats it.
"""

import hashlib
import math
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

#: a word in the headline, or in the first words of the text, counts as so many
HEADLINE, LEAD, LEAD_WORDS = 3.0, 1.5, 80
#: how much each column of the lexicon speaks for its topic
COLUMNS = {"sure": 3.0, "likely": 1.5, "hint": 0.6}
#: a topic with less is no topic: the story stays unfiled
LEAST = 4.0
#: a second topic needs this share of the first
SHARE = 0.8
#: at most so many
MOST = 2
#: a stem is found in words that start with it; none is shorter or longer
_SHORTEST, _LONGEST = 4, 12


@dataclass(frozen=True, slots=True)
class Entry:
    """What one word says: topic → points."""

    points: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The words of all topics, lower case."""

    topics: tuple[str, ...]
    words: Mapping[str, Entry]
    #: first word → the phrases that start with it, as tuples of the words after
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], Entry], ...]]
    #: beginnings of words, written ``elect*``
    stems: Mapping[str, Entry]
    version: str


@dataclass(frozen=True, slots=True)
class TopicWeight:
    """What speaks for one topic."""

    topic: str
    score: float
    #: the words that speak most, best first
    words: tuple[str, ...]


def load() -> Lexicon:
    """Reads digest/data/topics.toml; keep the result."""
    raw = (resources.files("digest.data") / "topics.toml").read_bytes()
    return lexicon(tomllib.loads(raw.decode()), hashlib.sha256(raw).hexdigest()[:12])


def lexicon(tables: Mapping[str, Any], version: str = "") -> Lexicon:
    """A lexicon from topic → column → words, as in topics.toml."""
    gathered: dict[str, dict[str, float]] = {}
    for topic, columns in tables.items():
        for column, listed in columns.items():
            for word in listed:
                gathered.setdefault(word.lower(), {})[topic] = COLUMNS[column]
    words: dict[str, Entry] = {}
    stems: dict[str, Entry] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], Entry]]] = {}
    for word, points in gathered.items():
        entry = Entry(tuple(points.items()))
        first, *rest = word.replace("-", " ").split(" ")
        if rest:
            phrases.setdefault(first, []).append((tuple(rest), entry))
        elif word.endswith("*"):
            stems[word[:-1]] = entry
        else:
            for form in _forms(word):
                words.setdefault(form, entry)
    return Lexicon(
        topics=tuple(tables),
        words=words,
        phrases={first: tuple(found) for first, found in phrases.items()},
        stems=stems,
        version=version,
    )


def _forms(word: str) -> Iterable[str]:
    """The word and its plural; acronyms have none."""
    yield word
    if len(word) <= 3:
        return
    if word.endswith(("s", "x", "ch", "sh")):
        yield f"{word}es"
    elif word.endswith("y") and word[-2:-1] not in "aeiou":
        yield f"{word[:-1]}ies"
    else:
        yield f"{word}s"


def weigh(words: Sequence[str], headline: int, lexicon: Lexicon) -> list[TopicWeight]:
    """The topics of a story of ``words`` (of which ``headline`` are the headline), best first.

    A word that comes again counts less each time, so that a long story is no surer.
    """
    hits, entries = _hits(words, headline, lexicon)
    scores: defaultdict[str, float] = defaultdict(float)
    spoken: dict[str, list[tuple[float, str]]] = {}
    for word, weight in hits.items():
        for topic, points in entries[word].points:
            value = points * (1.0 + math.log(weight)) if weight > 1 else points * weight
            scores[topic] += value
            spoken.setdefault(topic, []).append((value, word))
    order = {topic: at for at, topic in enumerate(lexicon.topics)}
    return [
        TopicWeight(topic, score, tuple(word for _, word in sorted(spoken[topic])[:-6:-1]))
        for topic, score in sorted(scores.items(), key=lambda row: (-row[1], order[row[0]]))
    ]


def chosen(weights: Sequence[TopicWeight]) -> list[TopicWeight]:
    """The topics of a story, at most ``MOST``; none where too little speaks for any."""
    if not weights or weights[0].score < LEAST:
        return []
    least = SHARE * weights[0].score
    return [weight for weight in weights[:MOST] if weight.score >= least]


def _hits(
    words: Sequence[str], headline: int, lexicon: Lexicon
) -> tuple[Mapping[str, float], dict[str, Entry]]:
    """Word or phrase of the lexicon → how often it stands in the story, by where."""
    hits: defaultdict[str, float] = defaultdict(float)
    entries: dict[str, Entry] = {}
    known: dict[str, tuple[str, Entry] | None] = {}
    lower = [word.lower() for word in words]
    lead = headline + LEAD_WORDS
    for at, word in enumerate(lower):
        if word not in known:
            known[word] = _entry(word, lexicon)
        hit = _phrase(lower, at, lexicon) if word in lexicon.phrases else None
        hit = hit or known[word]
        if hit:
            entries[hit[0]] = hit[1]
            hits[hit[0]] += HEADLINE if at < headline else LEAD if at < lead else 1.0
    return hits, entries


def _entry(word: str, lexicon: Lexicon) -> tuple[str, Entry] | None:
    found = lexicon.words.get(word)
    if found:
        return word, found
    for size in range(min(len(word), _LONGEST), _SHORTEST - 1, -1):
        stem = lexicon.stems.get(word[:size])
        if stem:
            return word[:size], stem
    return None


def _phrase(lower: Sequence[str], at: int, lexicon: Lexicon) -> tuple[str, Entry] | None:
    for rest, entry in lexicon.phrases[lower[at]]:
        if tuple(lower[at + 1 : at + 1 + len(rest)]) == rest:
            return " ".join((lower[at], *rest)), entry
    return None
