"""What depends on a language in mail: direction, dates, and the mail's own words."""

import unicodedata
from datetime import date

from digest.languages import language as spoken

_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"arab", "hebr", "thaa", "syrc", "nkoo", "adlm"})


def direction(language: str) -> str:
    """``rtl`` or ``ltr`` for a BCP 47 tag."""
    first, *rest = language.lower().replace("_", "-").split("-")
    scripts = [part for part in rest if len(part) == 4 and part.isalpha()]
    if scripts:
        return "rtl" if scripts[0] in _RIGHT_TO_LEFT_SCRIPTS else "ltr"
    return "rtl" if first in _RIGHT_TO_LEFT else "ltr"


def text_direction(text: str, otherwise: str) -> str:
    """``rtl`` or ``ltr`` by what most letters of ``text`` are; a source's language may be wrong."""
    if text.isascii():
        return "ltr" if any(map(str.isalpha, text)) else otherwise
    classes = [unicodedata.bidirectional(char) for char in text]
    right = sum(kind in {"R", "AL"} for kind in classes)
    left = classes.count("L")
    if right == left:
        return otherwise
    return "rtl" if right > left else "ltr"


def long_date(day: date, language: str) -> str:
    """``Tuesday, 24 November 2026``, as the language writes it."""
    return spoken(language).full_date(day)


def translate(words: str, language: str) -> str:
    """The mail's own ``words`` in ``language``; as they are where there is no translation."""
    return spoken(language).gettext(words)
