"""What stands around the stories of a variant: shared stretches, and blocks that tell of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from digest.model import Fragment, TokenText
from digest.render.side import Side
from digest.render.view import SectionView

#: how many wordings of a block are kept, such as one preheader for each lead story
KEPT = 1024

Part = Literal["html", "text"]


@dataclass(frozen=True, slots=True)
class Told:
    """What a variant tells in the blocks of its frame. ``sections`` is called where one asks."""

    subject: str
    preheader: str
    sections: Callable[[], tuple[SectionView, ...]]


class Frame:
    """What comes before the stories and after them, in both parts."""

    def __init__(self, html: Side, text: Side) -> None:
        parts: tuple[tuple[Part, Side], ...] = (("html", html), ("text", text))
        self._before: list[Fragment | _Block] = []
        self._after: list[Fragment | _Block] = []
        for part, side in parts:
            before, after = side.frame()
            self._before += [_piece(piece, part, side) for piece in before]
            self._after += [_piece(piece, part, side) for piece in after]

    def around(self, stories: list[Fragment], told: Told) -> tuple[Fragment, ...]:
        """The whole mail: ``stories`` with all that stands around them."""
        return (
            *[one if isinstance(one, Fragment) else one.fragment(told) for one in self._before],
            *stories,
            *[one if isinstance(one, Fragment) else one.fragment(told) for one in self._after],
        )


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
        self._kept = lru_cache(KEPT)(self._words)

    def fragment(self, told: Told) -> Fragment:
        """The block as it reads for one variant."""
        if self._sections:
            return self._made(
                subject=told.subject, preheader=told.preheader, sections=told.sections()
            )
        return self._kept(
            told.subject if self._subject else "", told.preheader if self._preheader else ""
        )

    def _words(self, subject: str, preheader: str) -> Fragment:
        return self._made(subject=subject, preheader=preheader)

    def _made(self, **values: object) -> Fragment:
        return _fragment(self._side.block(self._name, values), self._part)


def _piece(piece: TokenText | str, part: Part, side: Side) -> Fragment | _Block:
    return _Block(piece, part, side) if isinstance(piece, str) else _fragment(piece, part)


def _fragment(text: TokenText, part: Part) -> Fragment:
    return Fragment(html=text) if part == "html" else Fragment(text=text)
