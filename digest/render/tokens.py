"""What differs between two readers of one variant, kept out of the rendering.

While Jinja2 renders, each token is a placeholder nobody can guess, so no story can forge one. The
output is cut there; the reader's own values are spliced in when a message is built.
"""

import re
import secrets
from collections.abc import Mapping
from html import escape

from digest.model import Token, TokenText
from digest.render.clean import clean_line
from digest.render.words import translate


class Placeholders:
    """The stand-ins of one rendering: ASCII letters and digits, so no escaping touches them."""

    def __init__(self) -> None:
        mark = secrets.token_hex(16)
        self.values = {token: f"zT{mark}{token}Tz" for token in Token}
        self._any = re.compile(f"zT{mark}([a-z_]+)Tz")

    def cut(self, text: str) -> TokenText:
        """``text`` cut at the placeholders; no piece is empty."""
        pieces = self._any.split(text)  # literals and names of tokens by turns
        return tuple(
            Token(piece) if place % 2 else piece for place, piece in enumerate(pieces) if piece
        )


def fill(text: TokenText, values: Mapping[Token, str], *, html: bool) -> str:
    """``text`` with ``values`` in place, escaped where the text is HTML."""
    return "".join(
        (escape(values[piece]) if html else values[piece]) if isinstance(piece, Token) else piece
        for piece in text
    )


def reader_name(name: str, language: str) -> str:
    """What ``{{ name }}`` reads as: the reader's name, or a word that can stand in its place."""
    return clean_line(name, 80) or translate("reader", language)
