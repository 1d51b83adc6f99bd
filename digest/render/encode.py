"""Transfer encodings of fragments: each encoded once, joined and spliced for each reader.

Quoted-printable (RFC 2045 §6.7): each piece ends in a soft or hard line break, so that encoded
pieces join to an encoded whole. Base64: a piece is kept in three alignments, since what comes
before shifts it by 0, 1 or 2 bytes; lines may be shorter than 76.
"""

import re
from base64 import b64encode
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain
from typing import Protocol

from digest.model import Fragment, Token

_QP_UNSAFE = re.compile(rb"[^\t\x20-<>-~]")
_QP_SAFE = bytes({9, *range(32, 127)} - {ord("=")})
#: payload of a quoted-printable line, one short of 76 for the soft break's own "="
_QP_LINE = 75
_BASE64_LINE = 57
_HEX = {bytes([byte]): b"=%02X" % byte for byte in range(256)}
#: a token's value that is a line of quoted-printable as it is, also in HTML: nearly all are
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9:/?._~#%+-]{0,74}")

# the forms of a fragment that live here
_QUOTED, _ALIGNED, _WEIGHT = "quoted-printable", "base64", "weight"
_END = Fragment(("\n",))


class Body(Protocol):
    """A text part, encoded as far as it is the same for every reader."""

    @property
    def transfer_encoding(self) -> str:
        """``quoted-printable`` or ``base64``."""

    def fill(self, values: Mapping[Token, str], *, html: bool) -> Sequence[bytes]:
        """The pieces of one reader's encoded part, ending in CRLF; ``html``: values are escaped.

        Raises KeyError for a token of the part that has no value.
        """


@dataclass(frozen=True, slots=True)
class QuotedPrintable:
    """A part in quoted-printable; tokens stand between its pieces."""

    pieces: tuple[bytes | Token, ...]
    transfer_encoding: str = "quoted-printable"

    def fill(self, values: Mapping[Token, str], *, html: bool) -> Sequence[bytes]:
        """The pieces of one reader's part."""
        lines = _Lines(values, html=html)
        return [piece if isinstance(piece, bytes) else lines[piece] for piece in self.pieces]


class _Lines(dict[Token, bytes]):
    """A reader's values as lines of quoted-printable, each made when first asked for."""

    def __init__(self, values: Mapping[Token, str], *, html: bool) -> None:
        self._values = values
        self._html = html

    def __missing__(self, token: Token) -> bytes:
        value = self._values[token]
        if _PLAIN.fullmatch(value):
            line = value.encode() + b"=\r\n"
        else:
            line = quoted_printable(escape(value) if self._html else value)
        self[token] = line
        return line


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

    def fill(self, values: Mapping[Token, str], *, html: bool) -> Sequence[bytes]:
        """The pieces of one reader's part."""
        out: list[bytes] = []
        pending = b""
        for piece in self.pieces:
            if isinstance(piece, Token):
                value = values[piece]
                pending += _crlf(escape(value) if html else value)
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


def encode_part(fragments: Sequence[Fragment]) -> Body:
    """The shorter of the two encodings: quoted-printable for Latin, base64 for most other scripts.

    The text ends with a line feed in the message, whether it had one or not.
    """
    if not _ends_line(fragments):
        fragments = (*fragments, _END)
    forms = [fragment.forms for fragment in fragments]
    try:
        in_base64 = sum([form[_WEIGHT] for form in forms]) > 0
    except KeyError:
        in_base64 = sum([_weigh(fragment) for fragment in fragments]) > 0
    return aligned(fragments) if in_base64 else quoted(fragments)


def quoted(fragments: Sequence[Fragment]) -> QuotedPrintable:
    """``fragments`` in quoted-printable."""
    try:
        forms = [fragment.forms[_QUOTED] for fragment in fragments]
    except KeyError:
        forms = [_quoted(fragment) for fragment in fragments]
    return QuotedPrintable(tuple(chain.from_iterable(forms)))


def aligned(fragments: Sequence[Fragment]) -> Base64:
    """``fragments`` in base64."""
    try:
        forms = [fragment.forms[_ALIGNED] for fragment in fragments]
    except KeyError:
        forms = [_aligned(fragment) for fragment in fragments]
    return Base64(tuple(chain.from_iterable(forms)))


def _quoted(fragment: Fragment) -> tuple[bytes | Token, ...]:
    form = fragment.forms[_QUOTED] = fragment.forms.get(_QUOTED) or tuple(
        piece if isinstance(piece, Token) else quoted_printable(piece) for piece in fragment.text
    )
    return form


def _aligned(fragment: Fragment) -> tuple[Aligned | Token, ...]:
    form = fragment.forms[_ALIGNED] = fragment.forms.get(_ALIGNED) or tuple(
        piece if isinstance(piece, Token) else _align(_crlf(piece)) for piece in fragment.text
    )
    return form


def _ends_line(fragments: Sequence[Fragment]) -> bool:
    last = next((one.text[-1] for one in reversed(fragments) if one.text), "")
    return not isinstance(last, Token) and last.endswith(("\n", "\r"))


def _weigh(fragment: Fragment) -> int:
    """By how much the fragment speaks for base64; what speaks for the other is negative.

    Quoted-printable adds two bytes for each byte it escapes, base64 a third of all.
    """
    if _WEIGHT in fragment.forms:
        return int(fragment.forms[_WEIGHT])
    raw = _crlf("".join(piece for piece in fragment.text if not isinstance(piece, Token)))
    escaped = len(raw.translate(None, _QP_SAFE + b"\r\n"))
    weight = fragment.forms[_WEIGHT] = 6 * escaped - len(raw)
    return weight


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


def _align(raw: bytes) -> Aligned:
    forms = []
    for taken in range(3):
        whole = max(len(raw) - taken, 0) // 3 * 3
        forms.append((_base64_lines(raw[taken : taken + whole]), raw[taken + whole :]))
    return Aligned(raw, tuple(forms))


def _base64_lines(raw: bytes) -> bytes:
    if len(raw) <= _BASE64_LINE:
        return b2a_base64(raw, newline=False) + b"\r\n" if raw else b""
    return b"".join(
        b64encode(raw[at : at + _BASE64_LINE]) + b"\r\n" for at in range(0, len(raw), _BASE64_LINE)
    )


def _crlf(text: str) -> bytes:
    """UTF-8 with CRLF for every kind of line end, as text travels (RFC 2046 §4.1.1)."""
    return re.sub(r"\r\n?|\n", "\r\n", text).encode("utf-8", "replace")
