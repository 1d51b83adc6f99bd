"""What a story is about: words that speak for a topic, counted. Words in digest/data/topics.toml.

No model trained on others' labels: measured, one loses 10 to 35 points on a new publisher's
stories, and this lexicon beats it.
"""

import hashlib
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import compress
from typing import Any, TypeAlias

#: a word in the headline, or in the first words of the text, counts as so many
HEADLINE, LEAD, LEAD_WORDS = 3.0, 1.5, 80
#: how much each column of the lexicon speaks for its topic
COLUMNS = {"sure": 3.0, "likely": 1.5, "hint": 0.6}
#: a word that comes again counts less each time: so often, to this power
REPEATED = 0.7
#: what a topic's words tell beside other topics': politics is told in plainer words than the matter
#: it decides on, life and home are named in stories of every kind. Set by hand while looking at
#: four sets; docs/decisions.md tells what fitting them says
TELLING = {"politics": 1.2, "technology": 1.2, "society_lifestyle": 0.8}
#: the table of phrases that say nothing
NOTHING = "nothing"
#: a topic with less is no topic: the story stays unfiled
LEAST = 4.0
#: a second topic needs this share of the first
SHARE = 0.8
#: at most so many
MOST = 2
#: a stem is found in words that start with it; none is shorter or longer
_SHORTEST, _LONGEST = 4, 12


#: topic → points
Points: TypeAlias = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One word, stem or phrase of the lexicon, and what it says. Each is one object."""

    word: str
    points: Points


#: second word → the words after it, and the entry that the whole phrase is, longest first
Phrases: TypeAlias = Mapping[str, Sequence[tuple[tuple[str, ...], Entry]]]


class Lexicon(dict[str, Entry | None]):
    """A word as written → what it says alone. Words are looked up once and remembered."""

    #: words remembered; beyond that it starts anew
    MOST = 100_000

    def __init__(self, tables: Mapping[str, Any], version: str = "") -> None:
        """From topic → column → words, as in topics.toml."""
        super().__init__()
        self.topics = tuple(topic for topic in tables if topic != NOTHING)
        self.version = version
        #: a word as written → the phrases that start with it, of the words looked up
        self.openers: dict[str, Phrases] = {}
        self._words: dict[str, Entry] = {}
        self._stems: dict[str, Entry] = {}
        self._phrases: dict[str, dict[str, list[tuple[tuple[str, ...], Entry]]]] = {}
        said: dict[str, dict[str, float]] = {}
        for topic, columns in tables.items():
            for column, listed in columns.items():
                value = COLUMNS[column] * TELLING.get(topic, 1.0)
                for word in listed:
                    said.setdefault(word.lower(), {})[topic] = value
        for word, points in said.items():
            told = ((topic, value) for topic, value in points.items() if topic != NOTHING)
            self._add(word, tuple(told))
        for word, entry in list(self._words.items()):
            for form in _plurals(word):
                self._words.setdefault(form, Entry(form, entry.points))
        for phrases in self._phrases.values():
            for known in phrases.values():
                known.sort(key=lambda row: -len(row[0]))

    def _add(self, word: str, points: Points) -> None:
        first, *rest = word.replace("-", " ").split(" ")
        if rest:
            entry = Entry(" ".join((first, *rest)), points)
            self._phrases.setdefault(first, {}).setdefault(rest[0], []).append(
                (tuple(rest[1:]), entry)
            )
        elif word.endswith("*"):
            self._stems[word[:-1]] = Entry(word[:-1], points)
        else:
            self._words[word] = Entry(word, points)

    def __missing__(self, word: str) -> Entry | None:
        """Looks ``word`` up."""
        if len(self) >= self.MOST:
            self.clear()
            self.openers.clear()
        lower = word.lower()
        if lower in self._phrases:
            self.openers[word] = self._phrases[lower]
        self[word] = self._words.get(lower) or self._stem(lower)
        return self[word]

    def _stem(self, word: str) -> Entry | None:
        for size in range(min(len(word), _LONGEST), _SHORTEST - 1, -1):
            if word[:size] in self._stems:
                return self._stems[word[:size]]
        return None


@dataclass(frozen=True, slots=True)
class TopicWeight:
    """What speaks for one topic."""

    topic: str
    score: float
    #: every entry that the story has, and how much it counts there
    heard: Sequence[tuple[Entry, float]] = field(repr=False)

    @property
    def words(self) -> tuple[str, ...]:
        """The five words that speak most for the topic, best first."""
        spoken = [
            (value * factor, entry.word)
            for entry, factor in self.heard
            for topic, value in entry.points
            if topic == self.topic
        ]
        return tuple(word for _, word in sorted(spoken)[:-6:-1])


@cache
def load() -> Lexicon:
    """Reads digest/data/topics.toml; once in a process."""
    raw = (resources.files("digest.data") / "topics.toml").read_bytes()
    return Lexicon(tomllib.loads(raw.decode()), hashlib.sha256(raw).hexdigest()[:12])


def _plurals(word: str) -> Iterable[str]:
    """The word's plural; acronyms have none."""
    if len(word) <= 3:
        return
    if word.endswith(("s", "x", "ch", "sh")):
        yield f"{word}es"
    elif word.endswith("y") and word[-2:-1] not in "aeiou":
        yield f"{word[:-1]}ies"
    else:
        yield f"{word}s"


def weigh(words: Sequence[str], headline: int, lexicon: Lexicon) -> list[TopicWeight]:
    """The topics of a story of ``words`` (of which ``headline`` are the headline), best first."""
    scores: defaultdict[str, float] = defaultdict(float)
    heard = [
        (entry, weight**REPEATED)
        for entry, weight in _counts(words, headline, lexicon).items()
        if weight > 0
    ]
    for entry, factor in heard:
        for topic, value in entry.points:
            scores[topic] += value * factor
    order = {topic: at for at, topic in enumerate(lexicon.topics)}
    best = sorted(scores.items(), key=lambda row: (-row[1], order[row[0]]))
    return [TopicWeight(topic, score, heard) for topic, score in best]


def chosen(weights: Sequence[TopicWeight]) -> list[TopicWeight]:
    """The topics of a story, at most ``MOST``; none where too little speaks for any."""
    if not weights or weights[0].score < LEAST:
        return []
    least = SHARE * weights[0].score
    return [weight for weight in weights[:MOST] if weight.score >= least]


def sure(weights: Sequence[TopicWeight]) -> float:
    """How surely the first topic is the right one, 0 to 1: by its lead over the second."""
    scores = [weight.score for weight in weights[:2]]
    return scores[0] / (sum(scores) + LEAST) if scores else 0.0


def _counts(words: Sequence[str], headline: int, lexicon: Lexicon) -> Mapping[Entry, float]:
    """Entry of the lexicon → how often it stands in the story, by where; zero inside phrases."""
    said = list(map(lexicon.__getitem__, words))
    lead = headline + LEAD_WORDS
    counts: defaultdict[Entry, float] = defaultdict(float)
    for start, end, value in ((0, headline, HEADLINE), (headline, lead, LEAD), (lead, None, 1.0)):
        for entry, times in Counter(filter(None, said[start:end])).items():
            counts[entry] += times * value
    for start, size, phrase in _phrases(words, lexicon.openers):
        value = HEADLINE if start < headline else LEAD if start < lead else 1.0
        counts[phrase] += value
        for at in range(start, start + size):
            if inside := said[at]:
                counts[inside] -= HEADLINE if at < headline else LEAD if at < lead else 1.0
    return counts


def _phrases(
    words: Sequence[str], openers: Mapping[str, Phrases]
) -> Iterator[tuple[int, int, Entry]]:
    """Start, length and entry of every phrase; of those that overlap, the first."""
    free = 0
    for at in compress(range(len(words) - 1), map(openers.__contains__, words)):
        known = openers[words[at]].get(words[at + 1].lower())
        if not known or at < free:
            continue
        for rest, entry in known:
            free = at + 2 + len(rest)
            if not rest or tuple(word.lower() for word in words[at + 2 : free]) == rest:
                yield at, free - at, entry
                break
        else:
            free = at
