"""One part of a mail, HTML or text: its frame and its blocks, cut at the tokens."""

from collections.abc import Callable, Mapping

from digest.model import TokenText
from digest.render.blocks import STORIES, PartTemplate
from digest.render.tokens import Placeholders


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

    def frame(self) -> tuple[list[TokenText | str], list[TokenText | str]]:
        """What stands before the stories and after them: text, or the name of a block."""
        pieces = self._template.frame(self._values)
        before: list[TokenText | str] = []
        after: list[TokenText | str] = []
        frame = before
        for place, piece in enumerate(pieces):
            if piece.block == STORIES:
                frame = after
                continue
            text = piece.text.lstrip() if place == 0 else piece.text
            if place == len(pieces) - 1:
                text = text.rstrip() + "\n"
            frame.append(self._cut(text) if piece.block is None else piece.block)
        return before, after

    def uses(self, block: str) -> frozenset[str]:
        """Which of the names that depend on the variant stand in ``block``."""
        return self._template.uses[block]

    @property
    def index_in_pieces(self) -> bool:
        """Whether the index is but its entries, one after the other."""
        return self._template.index_in_pieces

    def block(self, block: str, values: Mapping[str, object]) -> TokenText:
        """A block filled with ``values``."""
        return self._cut(self._template.block(block, {**self._values, **values}))

    def story(self, block: str, values: Mapping[str, object]) -> TokenText:
        """A block of the stories; empty where the template's are not rendered one by one."""
        return self.block(block, values) if self._template.in_pieces else ()

    def whole(self, values: Mapping[str, object]) -> TokenText:
        """The whole part in one, by plain Jinja2."""
        text = self._template.whole({**self._values, **values})
        return self._cut(text.strip() + "\n")

    def _cut(self, text: str) -> TokenText:
        return self._places.cut(self._tidy(text))


class NoSide(Side):
    """The part that a mail goes without."""

    def __init__(self) -> None:
        """Of no template."""

    def frame(self) -> tuple[list[TokenText | str], list[TokenText | str]]:
        """Nothing around the stories."""
        return [], []

    @property
    def index_in_pieces(self) -> bool:
        """Nothing can be had piece by piece."""
        return True

    def story(self, block: str, values: Mapping[str, object]) -> TokenText:
        """Nothing of a story."""
        del block, values
        return ()

    def whole(self, values: Mapping[str, object]) -> TokenText:
        """Nothing at all."""
        del values
        return ()
