"""What depends on a language: direction, dates, and the mail's own words.

For now the words and the names in dates are English; everything asks here.
"""

import unicodedata
from datetime import date

_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"arab", "hebr", "thaa", "syrc", "nkoo", "adlm"})
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


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
    """``Tuesday 24 November 2026``, in the edition's language once we have its names."""
    del language  # English names only, so far
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def translate(words: str, language: str) -> str:
    """The mail's own ``words`` in ``language``; English for now."""
    del language
    return words
