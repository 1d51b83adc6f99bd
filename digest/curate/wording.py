"""A story as tokens, and a name of a place among them."""

from collections.abc import Sequence
from dataclasses import dataclass

from digest.curate.gazetteer import Gazetteer, Kind, Place
from digest.curate.tokens import calm, is_name, tokens

CITIES = frozenset({Kind.CITY, Kind.CAPITAL, Kind.STATE})


@dataclass(frozen=True, slots=True)
class Mention:
    """One name of a place in a story: tokens ``start`` to ``end``, the last not included."""

    start: int
    end: int
    place: Place
    #: what the name means here: a country, an area, or empty for no place
    country: str
    #: a preposition of place stands before it
    located: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """A story as tokens: the headline first, then its text."""

    words: Sequence[str]
    #: how many of them are the headline
    headline: int

    def word(self, at: int) -> str:
        """The token at ``at``, empty outside the story."""
        return self.words[at] if 0 <= at < len(self.words) else ""

    def is_titled(self) -> bool:
        """Whether the headline Capitalises Its Words, so that capitals tell nothing."""
        long = [word for word in self.words[: self.headline] if len(word) > 3]
        return sum(map(is_name, long)) > 0.7 * len(long)


def wording(headline: str, text: str, gazetteer: Gazetteer) -> Wording:
    """Cuts a story into calmed tokens."""
    head = [*tokens(headline), "\n"]
    return Wording(calm([*head, *tokens(text)], gazetteer.acronyms), len(head))
