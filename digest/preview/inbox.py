"""The mail's row in an inbox: how much of subject and preheader is seen before it is cut. Pure."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

#: drawn on the letter before them
_MARKS = frozenset({"Mn", "Me", "Cf"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """One mail program at one width. Rooms are in letters of usual width, so only about right."""

    program: str
    #: ``phone`` or ``desktop``
    width: str
    subject: int
    preheader: int
    #: both stand on one line: what the subject leaves is the preheader's
    shared: bool = False


#: with letters of the size that the program comes with
INBOXES = (
    Inbox(program="Gmail", width="phone", subject=38, preheader=42),
    Inbox(program="Apple Mail", width="phone", subject=40, preheader=88),
    Inbox(program="Gmail", width="desktop", subject=78, preheader=110, shared=True),
    Inbox(program="Apple Mail", width="desktop", subject=58, preheader=116),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A text as it is shown, and how many of its characters that are."""

    shown: str
    characters: int
    of: int

    @property
    def cut(self) -> bool:
        """Whether some of it is not seen."""
        return self.characters < self.of


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The mail in one inbox."""

    inbox: Inbox
    subject: Line
    preheader: Line


def rows(subject: str, preheader: str) -> Iterator[Row]:
    """The mail's row in each inbox."""
    for inbox in INBOXES:
        first = cut(subject, inbox.subject)
        taken = width(first.shown) + 3 if inbox.shared else 0
        yield Row(inbox=inbox, subject=first, preheader=cut(preheader, inbox.preheader - taken))


def cut(text: str, room: int) -> Line:
    """As much of ``text`` as fits, with an ellipsis where it goes on."""
    if width(text) <= room:
        return Line(shown=text, characters=len(text), of=len(text))
    end, used = 0, 1
    for letter in text:
        used += _width(letter)
        if used > room:
            break
        end += 1
    kept = text[:end].rstrip()
    return Line(shown=f"{kept}…", characters=len(kept), of=len(text))


def width(text: str) -> int:
    """How wide ``text`` is, in usual letters: Chinese and emoji take two, marks none."""
    return sum(map(_width, text))


def _width(letter: str) -> int:
    if unicodedata.category(letter) in _MARKS:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
