"""Letters: mail that is no issue, and what each kind tells."""

from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from typing import TypeVar

from digest.render.clean import clean_line, web_url

#: of a field of a letter, in characters
_LONGEST = 1000

T = TypeVar("T")


class LetterKind(StrEnum):
    """What a letter is; its template has the same name."""

    CORRECTION = "correction"
    REVIEW = "review"
    CONFIRMATION = "confirmation"
    WELCOME = "welcome"
    #: whatever else a person is told about their mail
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What every letter has. ``edition`` is the name readers know."""

    subject: str
    edition: str
    preheader: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Letter):
    """Tells readers of a story what was wrong in it, and what is right."""

    headline: str
    url: str
    wrong: str
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewStory:
    """A story of an issue under review."""

    headline: str
    section: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFinding:
    """What a preflight found in it."""

    problem: str
    where: str = ""
    #: whether the issue is not to go out like that
    blocks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Something to press."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Letter):
    """Shows an editor what is to go out ``when``, what is doubtful, and what can be done."""

    when: str
    stories: tuple[ReviewStory, ...] = ()
    findings: tuple[ReviewFinding, ...] = ()
    #: what is different since they looked last; empty: nothing is, or they did not
    changes: str = ""
    #: what happens if nobody answers
    outlook: str = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation(Letter):
    """Asks whether an address is its owner's wish: one button to a page, and nothing counted."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome(Letter):
    """Tells a new reader what comes and ``when``; it can be changed on the reader's own page."""

    when: str
    #: what is in it, such as the titles of its sections
    contents: tuple[str, ...] = ()
    #: the first stories of the latest issue, and where that stands on the web
    stories: tuple[Button, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Letter):
    """Tells a person something about their mail: a few words, and what can be done."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    #: under the buttons
    small: str = ""


def cleaned(given: T) -> T:
    """A letter, or a part of one, with nothing in its text and addresses that could do harm."""
    if isinstance(given, str):
        return clean_line(given, _LONGEST)  # type: ignore[return-value]
    if isinstance(given, tuple):
        return tuple(map(cleaned, given))  # type: ignore[return-value]
    if is_dataclass(given) and not isinstance(given, type):
        values = {
            one.name: web_url(value) if one.name == "url" else cleaned(value)
            for one in fields(given)
            for value in [getattr(given, one.name)]
        }
        return replace(given, **values)
    return given
