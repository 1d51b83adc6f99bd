"""Transfer encodings of fragments: each encoded once, joined and spliced for each reader.

Quoted-printable (RFC 2045 §6.7): each piece ends in a soft or hard line break, so that encoded
pieces join to an encoded whole. Base64: a piece is kept in three alignments, since what comes
before shifts it by 0, 1 or 2 bytes; lines may be shorter than 76.
"""

import re
from base64 import b64encode
from binascii import b2a_base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from digest.model import Fragment, Token, TokenText

_QP_UNSAFE = re.compile(rb"[^\t\r\n\x20-~]")  # beside "="
_QP_SAFE = bytes({9, *range(32, 127)} - {ord("=")} | {10, 13})
#: payload of a quoted-printable line, one short of 76 for the soft break's own "="
_QP_LINE = 75
_SOFT = b"=\r\n"
_BASE64_LINE = 57
_HEX = {bytes([byte]): b"=%02X" % byte for byte in range(256)}
#: a token's value that is one line and needs no more than "=" escaped, at most twice: nearly all
_PLAIN = re.compile(r"(?!\.|From )(?!.*=.*=.*=)[A-Za-z0-9 :/?._~#%+=-]{1,71}")

# under which a fragment keeps what is made of it here: an ``_Encoded``, and the ``Aligned`` pieces
# of both parts
_QUOTED, _ALIGNED = "quoted-printable", "base64"
_forms, _quoted_form = attrgetter("forms"), itemgetter(_QUOTED)


class Body(NamedTuple):
    """One reader's part, encoded."""

    #: ``quoted-printable`` or ``base64``
    transfer_encoding: str
    #: lines in CRLF, to be joined
    pieces: list[bytes]


class Aligned(NamedTuple):
    """A literal of a base64 part. ``forms[k]``: its lines and leftover once k bytes are taken."""

    raw: bytes
    forms: tuple[tuple[bytes, bytes], ...]


#: a text in quoted-printable; cut at its tokens where it has any
Quoted = bytes | tuple[bytes | Token, ...]


class _Encoded(NamedTuple):
    """A fragment in quoted-printable, and how much speaks for base64 in each part."""

    html: Quoted
    text: Quoted
    html_weight: int
    text_weight: int


def encode(fragments: Sequence[Fragment], values: Mapping[Token, str]) -> tuple[Body, Body]:
    """The HTML part and the text part with a reader's ``values`` for the tokens.

    Each part goes the shorter way: quoted-printable for Latin, base64 for most other scripts. It
    ends with a line feed, whether the text had one or not; in HTML values are escaped. The
    values are of every token in use.
    """
    try:
        kept = [*map(_quoted_form, map(_forms, fragments))]
    except KeyError:
        kept = [_encoded(fragment) for fragment in fragments]
    html, text, html_weights, text_weights = zip(*kept) if kept else ((),) * 4  # noqa: B905 - fours all
    html_lines, text_lines = token_lines(values)
    if sum(html_weights) > 0:
        html_body = Body("base64", base64_pieces(_aligned(fragments, 0), values, html=True))
    else:
        html_body = Body("quoted-printable", quoted_pieces(html, html_lines))
    if sum(text_weights) > 0:
        text_body = Body("base64", base64_pieces(_aligned(fragments, 1), values, html=False))
    else:
        text_body = Body("quoted-printable", quoted_pieces(text, text_lines))
    return html_body, text_body


def _encoded(fragment: Fragment) -> _Encoded:
    if _QUOTED not in fragment.forms:
        fragment.forms[_QUOTED] = _Encoded(
            quoted(fragment.html),
            quoted(fragment.text),
            _weight(fragment.html),
            _weight(fragment.text),
        )
    made: _Encoded = fragment.forms[_QUOTED]
    return made


def _aligned(fragments: Sequence[Fragment], part: int) -> list[tuple[Aligned | Token, ...]]:
    for fragment in fragments:
        if _ALIGNED not in fragment.forms:
            fragment.forms[_ALIGNED] = aligned(fragment.html), aligned(fragment.text)
    return [fragment.forms[_ALIGNED][part] for fragment in fragments]


def _weight(text: TokenText) -> int:
    """Quoted-printable adds two bytes for each that it escapes, base64 a third of all."""
    raw = _crlf("".join(piece for piece in text if not isinstance(piece, Token)))
    return 6 * len(raw.translate(None, _QP_SAFE)) - len(raw)


def quoted(text: TokenText) -> Quoted:
    """``text`` in quoted-printable."""
    pieces = [piece if isinstance(piece, Token) else quoted_printable(piece) for piece in text]
    literal = [piece for piece in pieces if isinstance(piece, bytes)]
    return b"".join(literal) if len(literal) == len(pieces) else tuple(pieces)


def quoted_pieces(part: Iterable[Quoted], lines: Mapping[Any, bytes]) -> list[bytes]:
    """A part in quoted-printable with a reader's ``lines`` for its tokens."""
    out: list[bytes] = []
    for form in part:
        if isinstance(form, bytes):
            out.append(form)
        else:
            pieces: tuple[Any, ...] = form
            out += map(lines.get, pieces, pieces)
    last = next(filter(None, reversed(out)), _SOFT)
    if last[-3:] == _SOFT:
        out.append(b"\r\n")
    return out


def token_lines(values: Mapping[Token, str]) -> tuple[dict[Token, bytes], dict[Token, bytes]]:
    """A reader's values as lines of quoted-printable: for HTML, and for text."""
    html: dict[Token, bytes] = {}
    text: dict[Token, bytes] = {}
    for token, value in values.items():
        if _PLAIN.fullmatch(value):
            html[token] = text[token] = value.encode().replace(b"=", b"=3D") + _SOFT
        elif not value:
            html[token] = text[token] = b""
        else:
            html[token], text[token] = quoted_printable(escape(value)), quoted_printable(value)
    return html, text


def aligned(text: TokenText) -> tuple[Aligned | Token, ...]:
    """``text`` in base64, cut at its tokens."""
    return tuple(piece if isinstance(piece, Token) else _align(_crlf(piece)) for piece in text)


def base64_pieces(
    part: Iterable[tuple[Aligned | Token, ...]], values: Mapping[Token, str], *, html: bool
) -> list[bytes]:
    """A part in base64 with ``values`` for its tokens."""
    out: list[bytes] = []
    pending = last = b""
    for piece in chain.from_iterable(part):
        if isinstance(piece, Token):
            value = values[piece]
            told = _crlf(escape(value) if html else value)
            pending += told
            last = told or last
            continue
        last, forms = piece
        taken = -len(pending) % 3
        if len(last) < taken:
            pending += last
            continue
        if pending:
            out.append(_base64_lines(pending + last[:taken]))
        lines, pending = forms[taken]
        out.append(lines)
    out.append(_base64_lines(pending if last.endswith(b"\r\n") else pending + b"\r\n"))
    return out


def quoted_printable(text: str) -> bytes:
    """``text`` as lines of quoted-printable, each at most 76 bytes and ended by CRLF.

    Where the text does not end in a line feed, a soft break ends the last line. No line starts
    with a dot (SMTP would double it) or with ``From `` (old mailboxes would quote it).
    """
    data = _crlf(text).replace(b"=", b"=3D")
    if not data:
        return b""
    data = _QP_UNSAFE.sub(lambda found: _HEX[found[0]], data)
    *whole, last = data.split(b"\r\n")
    lines: list[bytes] = []
    for line in whole:
        lines += _qp_rows(line, hard=True)
    if last:
        lines += _qp_rows(last, hard=False)
    return b"\r\n".join(lines) + b"\r\n"


def _qp_rows(quoted: bytes, *, hard: bool) -> list[bytes]:
    """One line of escaped text as rows; all end in a soft break, but the last of a hard line."""
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
        cut = quoted.rfind(b"=", end - 2, end)
        end = cut if cut >= 0 else end
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
