"""What differs between two readers of one variant, kept out of the rendering.

While Jinja2 renders, each token is a placeholder nobody can guess, so no story can forge one. The
output is cut there; the reader's own values are spliced in when a message is built.
"""

import re
import secrets
from collections.abc import Mapping
from html import escape

from digest.model import Token, TokenText


class Placeholders:
    """The stand-ins of one rendering: ASCII letters and digits, so no escaping touches them."""

    def __init__(self) -> None:
        mark = secrets.token_hex(16)
        self.values = {token: f"zT{mark}{index}Tz" for index, token in enumerate(Token)}
        self._tokens = {value: token for token, value in self.values.items()}
        self._any = re.compile("(" + "|".join(self._tokens) + ")")

    def cut(self, text: str) -> TokenText:
        """``text`` cut at the placeholders; no piece is empty."""
        return tuple(self._tokens.get(piece, piece) for piece in self._any.split(text) if piece)


def fill(text: TokenText, values: Mapping[Token, str], *, html: bool) -> str:
    """``text`` with ``values`` in place, escaped where the text is HTML."""
    return "".join(
        (escape(values[piece]) if html else values[piece]) if isinstance(piece, Token) else piece
        for piece in text
    )
