"""A text as words and marks, the form in which places and topics are looked for."""

import re
from itertools import compress

#: combining marks that are not in ``\\w``: accents, Arabic and Devanagari vowel signs, joiners
_MARKS = r"\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f\u200c\u200d"
#: a plain word, as most are, or any, with what makes initials of it (U.S.); a possessive; the
#: exchange in a wire's code of a listed firm (<VOWG.DE>); a mark that ends a phrase. The spaces
#: before it are taken along, which is faster than trying every form at each
_TOKEN = re.compile(
    rf" *+([a-z]++(?![\w{_MARKS}.])|[^\W_]\w*(?:[{_MARKS}]+\w*)*(?:\.(?:[A-Z]\.)+)?"
    r"|[,;:!?()\n\"“”]|['’][sS]\b|(?<=[A-Z])\.[A-Z]{1,2}(?=[>)])|\.)"
)

POSSESSIVES = frozenset({"'s", "’s", "'S", "’S"})
#: no acronym of a place is longer than this
_ACRONYM = 3


def tokens(text: str) -> list[str]:
    """The words and phrase marks of ``text`` in order; hyphens and apostrophes part words."""
    return _TOKEN.findall(text)


def calm(words: list[str], known: frozenset[str]) -> list[str]:
    """``words`` with shouted ones as ``Iran`` for ``IRAN``, so that they meet the gazetteer.

    Acronyms up to three letters stay, and so does every form in ``known``; short words of a
    shouted name (NEW YORK) are calmed with the long one beside them.
    """
    loud = {
        word
        for word in filter(str.isupper, set(words))
        if len(word) > _ACRONYM and word not in known
    }
    if not loud:
        return words
    result = list(words)
    for at in compress(range(len(words)), map(loud.__contains__, words)):
        result[at] = words[at].capitalize()
        before = words[at - 1] if at else ""
        if 1 < len(before) <= _ACRONYM and before.isupper() and before not in known:
            result[at - 1] = before.capitalize()
    return result


def is_name(word: str) -> bool:
    """Whether ``word`` is written as a name: a capital first, in scripts that have them."""
    return word[:1].isupper()
