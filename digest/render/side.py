"""One part of a mail, HTML or text: its frame, and its blocks as fragments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from digest.model import Fragment
from digest.render.blocks import STORIES, WHOLE, PartTemplate
from digest.render.tokens import Placeholders
from digest.render.view import SectionView

#: how many wordings of a block are kept, such as one preheader for each lead story
KEPT = 1024
_EMPTY = Fragment(())


@dataclass(frozen=True, slots=True)
class Told:
    """What a variant tells in the blocks of its frame. ``sections`` is called where one asks."""

    subject: str
    preheader: str
    sections: Callable[[], tuple[SectionView, ...]]


class Side:
    """A part's template with all filled in that is the same for every variant.

    ``tidy`` takes off the white space that templates leave in a stretch of output.
    """

    def __init__(
        self,
        template: PartTemplate,
        values: Mapping[str, object],
        places: Placeholders,
        tidy: Callable[[str], str],
    ) -> None:
        self._template = template
        self._values = values
        self._places = places
        self._tidy = tidy
        self._frame = self._cut_frame()
        self._short = lru_cache(KEPT)(self._render_short)

    def join(self, told: Told, stories: Sequence[Fragment]) -> tuple[tuple[Fragment, ...], bytes]:
        """The whole part around the fragments of its ``stories``; the digests of what is around."""
        out: list[Fragment] = []
        digests: list[bytes] = []
        for piece in self._frame:
            if piece == STORIES:
                out += stories
                continue
            one = piece if isinstance(piece, Fragment) else self._varying(piece, told)
            out.append(one)
            digests.append(one.digest)
        return tuple(out), b"".join(digests)

    def fragment(self, block: str, values: Mapping[str, object]) -> Fragment:
        """A block of the stories; empty where the template has none or is no kit."""
        if not self._template.in_pieces:
            return _EMPTY
        return self._made(self._template.block(block, {**self._values, **values}))

    def whole(self, values: Mapping[str, object]) -> Fragment:
        """The whole part in one, by plain Jinja2."""
        text = self._template.whole({**self._values, **values})
        return self._made(text.strip() + "\n")

    def _cut_frame(self) -> list[Fragment | str]:
        pieces = self._template.frame(self._values)
        frame: list[Fragment | str] = []
        for place, piece in enumerate(pieces):
            text = piece.text.lstrip() if place == 0 else piece.text
            if place == len(pieces) - 1:
                text = text.rstrip() + "\n"
            frame.append(self._made(text) if piece.block is None else piece.block)
        return frame

    def _varying(self, block: str, told: Told) -> Fragment:
        uses = self._template.uses[block]
        if "sections" not in uses:
            return self._short(
                block,
                told.subject if "subject" in uses else "",
                told.preheader if "preheader" in uses else "",
            )
        values = {
            "subject": told.subject,
            "preheader": told.preheader,
            "sections": told.sections(),
        }
        if block == WHOLE:
            return self.whole(values)
        return self._made(self._template.block(block, {**self._values, **values}))

    def _render_short(self, block: str, subject: str, preheader: str) -> Fragment:
        values = {**self._values, "subject": subject, "preheader": preheader}
        return self._made(self._template.block(block, values))

    def _made(self, text: str) -> Fragment:
        return Fragment(self._places.cut(self._tidy(text)))
