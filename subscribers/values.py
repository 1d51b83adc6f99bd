"""The small values a person is described by, brought into their one form."""

import re
import unicodedata
from functools import cache
from zoneinfo import available_timezones

from subscribers.model import Frequency, Style

LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
TAG = re.compile(r"[\w][\w .:-]{0,49}")
NAME_LENGTH = 200
#: of an attribute
VALUE_LENGTH = 200
#: as forms and files write what there is to wish → its value
FREQUENCIES = {one.value: one for one in Frequency}
DAYS = {str(day): day for day in range(1, 8)}
#: few, since each is one more variant of every issue; 0: all stories
LIMITS = {str(most): most for most in (0, 10, 5)}
STYLES = {one.value: one for one in Style}
HOURS = {str(hour): hour for hour in range(24)}
TRUTHS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@cache
def zones() -> dict[str, str]:
    """The time zones there are, in lower case → as IANA writes it. Read once: it takes a while."""
    return {name.casefold(): name for name in sorted(available_timezones())}


def language_code(text: str) -> str | None:
    """A BCP 47 language tag in lower case with hyphens; None if it cannot be one."""
    code = text.strip().lower().replace("_", "-")
    return code if len(code) <= 35 and LANGUAGE.fullmatch(code) else None


def tag_name(text: str) -> str | None:
    """A tag in lower case: letters, digits, ``_ . : -``, up to 50; None if it cannot be one."""
    name = unicodedata.normalize("NFC", text.strip().casefold())
    return name if TAG.fullmatch(name) else None


def person_name(text: str) -> str:
    """A display name: one line, without control characters, bidi overrides or double spaces."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = "".join(
        " " if char.isspace() else char
        for char in unicodedata.normalize("NFC", text)
        # zero-width joiners belong to names in several scripts
        if char.isspace() or unicodedata.category(char)[0] != "C" or char in "\u200c\u200d"
    )
    return " ".join(kept.split())
