"""What a story is about: words that speak for a topic, counted. Words in digest/data/topics.toml.

No model trained on others' labels: measured, one loses 10 to 35 points on a new publisher's
stories, and this lexicon beats it.
"""

import hashlib
import math
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, TypeAlias

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


#: topic → points, for one word or phrase
Points: TypeAlias = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """What the lexicon knows of a word."""

    #: the word or stem that is counted, and what it says; no points where only phrases start so
    word: str
    points: Points
    #: the phrases that start with it: their other words, and what they say
    phrases: tuple[tuple[tuple[str, ...], Points], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The words of all topics."""

    topics: tuple[str, ...]
    #: a lower-case word → what is known of it, or None
    look_up: Callable[[str], Hit | None]
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
    words: dict[str, Points] = {}
    stems: dict[str, Points] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], Points]]] = {}
    for word, said in gathered.items():
        points = tuple(said.items())
        first, *rest = word.replace("-", " ").split(" ")
        if rest:
            phrases.setdefault(first, []).append((tuple(rest), points))
        elif word.endswith("*"):
            stems[word[:-1]] = points
        else:
            for form in _forms(word):
                words.setdefault(form, points)

    @lru_cache(maxsize=50_000)
    def look_up(word: str) -> Hit | None:
        stem = word if word in words else _stem(word, stems)
        starting = tuple(phrases.get(word, ()))
        if stem is None and not starting:
            return None
        points = words.get(word) or stems.get(stem or "", ())
        return Hit(stem or word, points, starting)

    return Lexicon(topics=tuple(tables), look_up=look_up, version=version)


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
    scores: defaultdict[str, float] = defaultdict(float)
    spoken: dict[str, list[tuple[float, str]]] = {}
    for (word, points), weight in _hits(words, headline, lexicon).items():
        factor = 1.0 + math.log(weight) if weight > 1 else weight
        for topic, value in points:
            scores[topic] += value * factor
            spoken.setdefault(topic, []).append((value * factor, word))
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
) -> Mapping[tuple[str, Points], float]:
    """Word or phrase of the lexicon → how often it stands in the story, by where."""
    hits: defaultdict[tuple[str, Points], float] = defaultdict(float)
    lower = [word.lower() for word in words]
    look_up = lexicon.look_up
    lead = headline + LEAD_WORDS
    end = 0
    for at, hit in enumerate(map(look_up, lower)):
        if hit is None or at < end:
            continue
        word, points, size = _longest(hit, lower, at)
        end = at + size
        if points:
            hits[word, points] += HEADLINE if at < headline else LEAD if at < lead else 1.0
    return hits


def _longest(hit: Hit, lower: Sequence[str], at: int) -> tuple[str, Points, int]:
    """The phrase that stands at ``at``, else the word; what it says, and its length in words."""
    for rest, points in hit.phrases:
        size = 1 + len(rest)
        if tuple(lower[at + 1 : at + size]) == rest:
            return " ".join((lower[at], *rest)), points, size
    return hit.word, hit.points, 1


def _stem(word: str, stems: Mapping[str, Points]) -> str | None:
    for size in range(min(len(word), _LONGEST), _SHORTEST - 1, -1):
        if word[:size] in stems:
            return word[:size]
    return None
