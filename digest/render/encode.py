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
from functools import cached_property
from html import escape
from itertools import chain
from typing import NamedTuple

from digest.model import Fragment, Token, TokenText

_QP_UNSAFE = re.compile(rb"[^\t\x20-<>-~]")
_QP_SAFE = bytes({9, *range(32, 127)} - {ord("=")} | {10, 13})
#: payload of a quoted-printable line, one short of 76 for the soft break's own "="
_QP_LINE = 75
_BASE64_LINE = 57
_HEX = {bytes([byte]): b"=%02X" % byte for byte in range(256)}
#: a token's value that is a line of quoted-printable as it is, also in HTML: nearly all are
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9:/?._~#%+-]{0,74}")

#: under which a fragment keeps what is made of it here
_FORM = "mail"


@dataclass(frozen=True, slots=True)
class Body:
    """One reader's part, encoded."""

    #: ``quoted-printable`` or ``base64``
    transfer_encoding: str
    #: lines in CRLF, to be joined
    pieces: list[bytes]


class Aligned(NamedTuple):
    """A literal of a base64 part. ``forms[k]``: its lines and leftover once k bytes are taken."""

    raw: bytes
    forms: tuple[tuple[bytes, bytes], ...]


class Stretch:
    """A fragment's text in one part; encoded when first asked for, and kept."""

    def __init__(self, text: TokenText) -> None:
        self._text = text

    @cached_property
    def weight(self) -> int:
        """How much speaks for base64; below nothing, for quoted-printable.

        That adds two bytes for each byte it escapes, base64 a third of all.
        """
        raw = _crlf("".join(piece for piece in self._text if not isinstance(piece, Token)))
        return 6 * len(raw.translate(None, _QP_SAFE)) - len(raw)

    @cached_property
    def quoted(self) -> tuple[bytes | Token, ...]:
        """In quoted-printable, with tokens between the pieces."""
        return tuple(
            piece if isinstance(piece, Token) else quoted_printable(piece) for piece in self._text
        )

    @cached_property
    def aligned(self) -> tuple[Aligned | Token, ...]:
        """In base64, with tokens between the pieces."""
        return tuple(
            piece if isinstance(piece, Token) else _align(_crlf(piece)) for piece in self._text
        )


def stretches(fragments: Sequence[Fragment]) -> tuple[list[Stretch], list[Stretch]]:
    """``fragments`` as the stretches of the HTML part and those of the text part."""
    try:
        pairs = [fragment.forms[_FORM] for fragment in fragments]
    except KeyError:
        for fragment in fragments:
            if _FORM not in fragment.forms:
                fragment.forms[_FORM] = Stretch(fragment.html), Stretch(fragment.text)
        pairs = [fragment.forms[_FORM] for fragment in fragments]
    return [html for html, _ in pairs], [text for _, text in pairs]


def encode(part: Sequence[Stretch], values: Mapping[Token, str], *, html: bool) -> Body:
    """A part with a reader's ``values`` for its tokens, escaped where it is ``html``.

    Encoded the shorter way: quoted-printable for Latin, base64 for most other scripts. The text
    ends with a line feed in the message, whether it had one or not. Raises KeyError for a token of
    the part that has no value.
    """
    if sum([stretch.weight for stretch in part]) > 0:
        return Body("base64", base64_pieces(part, values, html=html))
    return Body("quoted-printable", quoted_pieces(part, values, html=html))


def quoted_pieces(
    part: Sequence[Stretch], values: Mapping[Token, str], *, html: bool
) -> list[bytes]:
    """A part in quoted-printable."""
    lines = _Lines(values, html=html)
    pieces = chain.from_iterable([stretch.quoted for stretch in part])
    out = [piece if isinstance(piece, bytes) else lines[piece] for piece in pieces]
    if not out or out[-1].endswith(b"=\r\n"):
        out.append(b"\r\n")
    return out


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


def base64_pieces(
    part: Sequence[Stretch], values: Mapping[Token, str], *, html: bool
) -> list[bytes]:
    """A part in base64."""
    out: list[bytes] = []
    pending = last = b""
    for piece in chain.from_iterable([stretch.aligned for stretch in part]):
        if isinstance(piece, Token):
            value = values[piece]
            last = _crlf(escape(value) if html else value)
            pending += last
            continue
        last = piece.raw
        taken = -len(pending) % 3
        if len(last) < taken:
            pending += last
            continue
        if pending:
            out.append(_base64_lines(pending + last[:taken]))
        lines, pending = piece.forms[taken]
        out.append(lines)
    out.append(_base64_lines(pending if last.endswith(b"\r\n") else pending + b"\r\n"))
    return out


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
