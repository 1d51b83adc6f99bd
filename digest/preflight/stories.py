"""Whether the mail tells the same story twice."""

import re
from collections.abc import Iterator
from itertools import combinations

from digest.model import Card, Finding
from digest.preflight.mail import shortened
from digest.preflight.proof import Proof, block, passed, warn

#: the share of letter triples in common from which two headlines are nearly equal
_NEARLY = 0.75
#: shorter ones have too few triples to tell
_LONG_ENOUGH = 12


def duplicates(proof: Proof) -> Iterator[Finding]:
    """Each pair of cards that is one story by its number, its address or its headline."""
    cards = proof.mail.content.cards
    words = [_words(card.headline) for card in cards]
    triples = [_triples(one) for one in words]
    for one, other in combinations(range(len(cards)), 2):
        a, b = cards[one], cards[other]
        if a.story == b.story:
            yield block(
                "duplicates",
                "a story is in the mail twice",
                where=shortened(a.headline),
                fix="Remove it from one of its sections at the desk",
            )
        elif a.url and a.url == b.url:
            yield _pair("two stories lead to the same address", a, b)
        elif words[one] and words[one] == words[other]:
            yield _pair("two stories have the same headline", a, b)
        elif _alike(words[one], words[other]) and _share(triples[one], triples[other]) >= _NEARLY:
            yield _pair("two stories have nearly the same headline", a, b)
    yield passed("duplicates", f"{len(cards)} stories, no two of them alike")


def _pair(why: str, one: Card, other: Card) -> Finding:
    return warn(
        "duplicates",
        why,
        where=f"“{shortened(one.headline)}” and “{shortened(other.headline)}”",
        fix="Remove one, or `digest fold --join` them, if they are the same",
    )


def _words(headline: str) -> str:
    return " ".join(re.findall(r"\w+", headline.casefold()))


def _triples(words: str) -> frozenset[str]:
    return frozenset(words[at : at + 3] for at in range(len(words) - 2))


def _alike(one: str, other: str) -> bool:
    """Long enough to compare, and with the same numbers: part 2 is not part 1."""
    long_enough = min(len(one), len(other)) >= _LONG_ENOUGH
    return long_enough and re.findall(r"\d+", one) == re.findall(r"\d+", other)


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)
