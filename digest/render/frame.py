"""What stands around the stories of a variant: shared stretches, and blocks that tell of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from digest.model import Fragment, TokenText
from digest.render.blocks import INDEX, INDEX_ENTRY
from digest.render.side import Side
from digest.render.view import IndexEntry, SectionView

#: how many wordings of a block are kept, such as one preheader for each lead story
KEPT = 1024
#: how many of their combinations are: each holds but references
COMBINED = 8192


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
        self._before = list(_both(html_before, html, text_before, text))
        self._after = list(_both(html_after, html, text_after, text))
        pieces = (*self._before, *self._after)
        self._sections = any(isinstance(one, _Block) and one.sections for one in pieces)
        self._kept = lru_cache(COMBINED)(self._without_stories)

    def around(self, stories: list[Fragment], told: Told) -> tuple[Fragment, ...]:
        """The whole mail: ``stories`` with all that stands around them."""
        if self._sections:
            before, after = self._made(told)
        else:
            before, after = self._kept(told.subject, told.preheader, told.index)
        return (*before, *stories, *after)

    def _without_stories(
        self, subject: str, preheader: str, index: tuple[IndexEntry, ...]
    ) -> tuple[list[Fragment], list[Fragment]]:
        return self._made(Told(subject, preheader, index, tuple))

    def _made(self, told: Told) -> tuple[list[Fragment], list[Fragment]]:
        return _all(self._before, told), _all(self._after, told)


class _Block:
    """A block of the frame in one part or both; kept by its words, unless it looks at stories."""

    def __init__(self, name: str, html: Side | None, text: Side | None) -> None:
        self._name = name
        self._html = html
        self._text = text
        uses = frozenset[str]().union(*(side.uses(name) for side in (html, text) if side))
        self.sections = "sections" in uses
        self._subject = "subject" in uses
        self._preheader = "preheader" in uses
        self._index = "index" in uses
        self._kept = lru_cache(KEPT)(self._words)

    def fragment(self, told: Told) -> Fragment:
        """The block as it reads for one variant."""
        if self.sections:
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
        return Fragment(
            self._html.block(self._name, values) if self._html else (),
            self._text.block(self._name, values) if self._text else (),
        )


class _Index:
    """An index, entry by entry: there are few, in however many combinations."""

    def __init__(self, html: Side | None, text: Side | None) -> None:
        self._html = html
        self._text = text
        self._kept = lru_cache(KEPT)(self._entry)

    def fragments(self, told: Told) -> list[Fragment]:
        """The entries of one variant."""
        return [*map(self._kept, told.index)]

    def _entry(self, one: IndexEntry) -> Fragment:
        values = {"one": one}
        return Fragment(
            self._html.block(INDEX_ENTRY, values) if self._html else (),
            self._text.block(INDEX_ENTRY, values) if self._text else (),
        )


_Piece: TypeAlias = "Fragment | _Block | _Index"


def _all(pieces: Iterable[_Piece], told: Told) -> list[Fragment]:
    found: list[Fragment] = []
    for one in pieces:
        if isinstance(one, Fragment):
            found.append(one)
        elif isinstance(one, _Index):
            found += one.fragments(told)
        else:
            found.append(one.fragment(told))
    return found


def _block(name: str, html: Side | None, text: Side | None) -> _Piece:
    sides = [side for side in (html, text) if side]
    if name == INDEX and all(side.index_in_pieces for side in sides):
        return _Index(html, text)
    return _Block(name, html, text)


def _both(
    html: list[TokenText | str], html_side: Side, text: list[TokenText | str], text_side: Side
) -> Iterator[_Piece]:
    """The pieces of both parts, in the order of each: a text, or the name of a block.

    Where both have a text, or a block of one name, they share a piece: the fewer, the quicker.
    """
    waiting = text
    for piece in html:
        beside = waiting[0] if waiting else ()
        if isinstance(piece, str):
            shared = beside == piece
            yield _block(piece, html_side, text_side if shared else None)
        else:
            shared = not isinstance(beside, str)
            yield Fragment(piece, () if isinstance(beside, str) else beside)
        waiting = waiting[1:] if shared else waiting
    for piece in waiting:
        yield _block(piece, None, text_side) if isinstance(piece, str) else Fragment(text=piece)
