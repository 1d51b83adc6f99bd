"""A message's bytes: headers and a join of what is encoded already.

``email.message.EmailMessage`` stays as the oracle in tests: parsed back, every message equals what
it would have built. On this path it would cost some 200 times as much.
"""

from functools import cache

from digest.model import Message
from digest.render.encode import encode
from digest.render.headers import write

#: the same for all: no line of either transfer encoding can start with ``--=_``
BOUNDARY = "=_newsletter-digest"


def build(message: Message, *, utf8: bool = False) -> bytes:
    """The whole message as it goes over the wire, CRLF line ends, no dots stuffed.

    A ``multipart/alternative`` of text and HTML (RFC 2046 §5.1.4), or text alone. ``utf8``: the way
    speaks SMTPUTF8. Raises AddressError or HeaderError for this message alone.
    """
    head, body = parts(message, utf8=utf8)
    return b"".join([head, b"\r\n", *body])


def parts(message: Message, *, utf8: bool = False) -> tuple[bytes, list[bytes]]:
    """The header fields, and the body in whole lines, most of which other messages share.

    No line of either starts with a dot, so that SMTP has none to double. Raises as ``build``.
    """
    html, text = encode(message.variant.fragments, message.tokens)
    head = write(message.headers, utf8=utf8)
    if message.variant.plain:
        return head + _alone(text.transfer_encoding), text.pieces
    opening, between, closing = _around(text.transfer_encoding, html.transfer_encoding)
    return head + _MIME, [opening, *text.pieces, between, *html.pieces, closing]


_MIME = (
    f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="{BOUNDARY}"\r\n'
).encode("ascii")


@cache
def _alone(transfer_encoding: str) -> bytes:
    """MIME headers of a message that is text alone."""
    told = f"MIME-Version: 1.0\r\n{_kind('plain', transfer_encoding)}"
    return told.removesuffix("\r\n").encode("ascii")


@cache
def _around(text_encoding: str, html_encoding: str) -> tuple[bytes, bytes, bytes]:
    """Boundaries and the parts' headers: before the text part, between the parts, after both."""
    return (
        _part("plain", text_encoding).encode("ascii"),
        f"\r\n{_part('html', html_encoding)}".encode("ascii"),
        f"\r\n--{BOUNDARY}--\r\n".encode("ascii"),
    )


def _part(kind: str, transfer_encoding: str) -> str:
    return f"--{BOUNDARY}\r\n{_kind(kind, transfer_encoding)}"


def _kind(kind: str, transfer_encoding: str) -> str:
    return (
        f"Content-Type: text/{kind}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: {transfer_encoding}\r\n\r\n"
    )
