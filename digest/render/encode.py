"""Transfer encodings of text cut at its tokens: encoded once, spliced for each reader.

Quoted-printable (RFC 2045 §6.7): each piece ends in a soft or hard line break, so that encoded
pieces join to an encoded whole. Base64: a piece is kept in three alignments, since a token's
length shifts what follows it by 0, 1 or 2 bytes; lines may be shorter than 76.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from digest.model import Token, TokenText

_QP_UNSAFE = re.compile(rb"[^\t\x20-<>-~]")
#: payload of a quoted-printable line, one short of 76 for the soft break's own "="
_QP_LINE = 75
_BASE64_LINE = 57
_HEX = {bytes([byte]): b"=%02X" % byte for byte in range(256)}


class Body(Protocol):
    """A text part, encoded as far as it is the same for every reader."""

    @property
    def transfer_encoding(self) -> str:
        """``quoted-printable`` or ``base64``."""

    def fill(self, values: Mapping[Token, str]) -> list[bytes]:
        """The pieces of one reader's encoded part, ending in CRLF."""


@dataclass(frozen=True, slots=True)
class QuotedPrintable:
    """A part in quoted-printable; tokens stand between its pieces."""

    pieces: tuple[bytes | Token, ...]
    transfer_encoding: str = "quoted-printable"

    def fill(self, values: Mapping[Token, str]) -> list[bytes]:
        """The pieces of one reader's part."""
        encoded = {token: quoted_printable(value) for token, value in values.items()}
        return [encoded[piece] if isinstance(piece, Token) else piece for piece in self.pieces]


@dataclass(frozen=True, slots=True)
class Aligned:
    """A literal of a base64 part. ``forms[k]``: its lines and leftover once k bytes are taken."""

    raw: bytes
    forms: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Base64:
    """A part in base64."""

    pieces: tuple[Aligned | Token, ...]
    transfer_encoding: str = "base64"

    def fill(self, values: Mapping[Token, str]) -> list[bytes]:
        """The pieces of one reader's part."""
        out: list[bytes] = []
        pending = b""
        for piece in self.pieces:
            if isinstance(piece, Token):
                pending += _crlf(values[piece])
                continue
            taken = -len(pending) % 3
            if len(piece.raw) < taken:
                pending += piece.raw
                continue
            out.append(_base64_lines(pending + piece.raw[:taken]))
            lines, pending = piece.forms[taken]
            out.append(lines)
        out.append(_base64_lines(pending))
        return out


def encode_text(text: TokenText) -> Body:
    """The shorter of the two encodings: quoted-printable for Latin, base64 for most other scripts.

    The text ends with a line feed in the message, whether it had one or not.
    """
    text = tuple(_joined(text))
    if not text or isinstance(text[-1], Token) or not text[-1].endswith(("\n", "\r")):
        text = tuple(_joined((*text, "\n")))
    quoted = tuple(piece if isinstance(piece, Token) else quoted_printable(piece) for piece in text)
    raw_size = sum(len(piece.encode()) for piece in text)
    if sum(len(piece) for piece in quoted) <= raw_size * 78 // _BASE64_LINE:
        return QuotedPrintable(quoted)
    return Base64(
        tuple(piece if isinstance(piece, Token) else _aligned(_crlf(piece)) for piece in text)
    )


def _joined(text: TokenText) -> Iterator[str | Token]:
    """The same text with neighbouring literals in one piece."""
    for is_token, pieces in groupby(text, key=lambda piece: isinstance(piece, Token)):
        if is_token:
            yield from pieces
        else:
            yield "".join(pieces)


def quoted_printable(text: str) -> bytes:
    """``text`` as lines of quoted-printable, each at most 76 bytes and ended by CRLF.

    Where the text does not end in a line feed, a soft break ends the last line. No line starts
    with a dot (SMTP would double it) or with ``From `` (old mailboxes would quote it).
    """
    data = _crlf(text)
    if not data:
        return b""
    *whole, last = data.split(b"\r\n")
    lines: list[bytes] = []
    for line in whole:
        lines += _qp_rows(line, hard=True)
    if last:
        lines += _qp_rows(last, hard=False)
    return b"\r\n".join(lines) + b"\r\n"


def _qp_rows(line: bytes, *, hard: bool) -> list[bytes]:
    """One line of text as rows; all end in a soft break, but the last of a hard line."""
    quoted = _QP_UNSAFE.sub(lambda found: _HEX[found[0]], line)
    if hard and quoted[-1:] in {b" ", b"\t"}:
        quoted = quoted[:-1] + _HEX[quoted[-1:]]
    rows: list[bytes] = []
    while True:
        if quoted.startswith((b".", b"From ")):
            quoted = _HEX[quoted[:1]] + quoted[1:]
        if len(quoted) <= _QP_LINE:
            rows.append(quoted)
            break
        end = _QP_LINE
        escape = quoted.rfind(b"=", end - 2, end)
        end = escape if escape >= 0 else end
        rows.append(quoted[:end])
        quoted = quoted[end:]
    soft = [row + b"=" for row in rows[:-1]]
    return [*soft, rows[-1] if hard else rows[-1] + b"="]


def _aligned(raw: bytes) -> Aligned:
    forms = []
    for taken in range(3):
        whole = max(len(raw) - taken, 0) // 3 * 3
        forms.append((_base64_lines(raw[taken : taken + whole]), raw[taken + whole :]))
    return Aligned(raw, tuple(forms))


def _base64_lines(raw: bytes) -> bytes:
    return b"".join(
        b64encode(raw[at : at + _BASE64_LINE]) + b"\r\n" for at in range(0, len(raw), _BASE64_LINE)
    )


def _crlf(text: str) -> bytes:
    """UTF-8 with CRLF for every kind of line end, as text travels (RFC 2046 §4.1.1)."""
    return re.sub(r"\r\n?|\n", "\r\n", text).encode("utf-8", "replace")
