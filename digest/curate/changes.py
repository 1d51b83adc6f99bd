"""How much a story has changed since it was sent: enough to come again, or not. Pure."""

from collections import Counter

from digest.curate.similarity import words
from digest.model import ParsedStory

#: shares of the words that are others
HEADLINE, BODY = 0.4, 0.3


def is_update(sent: ParsedStory, now: ParsedStory) -> bool:
    """Whether a reader of ``sent`` would find news in ``now``."""
    return (
        changed(sent.headline, now.headline) > HEADLINE
        or changed(sent.text or sent.standfirst, now.text or now.standfirst) > BODY
    )


def changed(before: str, after: str) -> float:
    """The share of the longer text's words, 0 to 1, that the other has not; order is ignored."""
    one, other = Counter(words(before)), Counter(words(after))
    longest = max(one.total(), other.total())
    return 1 - (one & other).total() / longest if longest else 0.0
