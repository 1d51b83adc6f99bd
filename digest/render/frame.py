"""What stands around the stories of a variant: shared stretches, and blocks that tell of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from digest.model import Fragment, TokenText
from digest.render.side import Side
from digest.render.view import IndexEntry, SectionView

#: how many wordings of a block are kept, such as one preheader for each lead story
KEPT = 1024

Part = Literal["html", "text"]


@dataclass(frozen=True, slots=True)
class Told:
    """What a variant tells in the blocks of its frame. ``sections`` is called where one asks."""

    subject: str
    preheader: str
    index: tuple[IndexEntry, ...]
    sections: Callable[[], tuple[SectionView, ...]]


class Frame:
    """What comes before the stories and after them, in both parts."""

    def __init__(self, html: Side, text: Side) -> None:
        (html_before, html_after), (text_before, text_after) = html.frame(), text.frame()
        self._before = _both(html_before, html, text_before, text)
        self._after = _both(html_after, html, text_after, text)

    def around(self, stories: list[Fragment], told: Told) -> tuple[Fragment, ...]:
        """The whole mail: ``stories`` with all that stands around them."""
        return (
            *[one if isinstance(one, Fragment) else one.fragment(told) for one in self._before],
            *stories,
            *[one if isinstance(one, Fragment) else one.fragment(told) for one in self._after],
        )


def _both(
    html: list[TokenText | str], html_side: Side, text: list[TokenText | str], text_side: Side
) -> "list[Fragment | _Block]":
    """The pieces of both parts. The first two share a fragment where they can: fewer to join."""
    if html and text and not isinstance(html[0], str) and not isinstance(text[0], str):
        first: list[Fragment | _Block] = [Fragment(html[0], text[0])]
        html, text = html[1:], text[1:]
    else:
        first = []
    return [
        *first,
        *(_piece(piece, "html", html_side) for piece in html),
        *(_piece(piece, "text", text_side) for piece in text),
    ]


class _Block:
    """A block of the frame; kept by its words, unless it looks at the stories."""

    def __init__(self, name: str, part: Part, side: Side) -> None:
        self._name = name
        self._part: Part = part
        self._side = side
        uses = side.uses(name)
        self._sections = "sections" in uses
        self._subject = "subject" in uses
        self._preheader = "preheader" in uses
        self._index = "index" in uses
        self._kept = lru_cache(KEPT)(self._words)

    def fragment(self, told: Told) -> Fragment:
        """The block as it reads for one variant."""
        if self._sections:
            return self._made(
                subject=told.subject,
                preheader=told.preheader,
                index=told.index,
                sections=told.sections(),
            )
        return self._kept(
            told.subject if self._subject else "",
            told.preheader if self._preheader else "",
            told.index if self._index else (),
        )

    def _words(self, subject: str, preheader: str, index: tuple[IndexEntry, ...]) -> Fragment:
        return self._made(subject=subject, preheader=preheader, index=index)

    def _made(self, **values: object) -> Fragment:
        return _fragment(self._side.block(self._name, values), self._part)


def _piece(piece: TokenText | str, part: Part, side: Side) -> Fragment | _Block:
    return _Block(piece, part, side) if isinstance(piece, str) else _fragment(piece, part)


def _fragment(text: TokenText, part: Part) -> Fragment:
    return Fragment(html=text) if part == "html" else Fragment(text=text)
