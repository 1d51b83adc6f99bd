"""A message's bytes: the variant encoded once, then for each reader headers and a join.

``email.message.EmailMessage`` stays as the oracle in tests: parsed back, every message equals what
it would have built. On this path it would cost some 200 times as much.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from digest.model import Message, RenderedVariant, Token
from digest.render.encode import Body, encode_text
from digest.render.headers import write


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedVariant:
    """A variant as the inside of a ``multipart/alternative``, but for its tokens."""

    #: the variant's own key
    key: str
    #: deterministic; starts with ``=_``, which neither transfer encoding can produce
    boundary: str
    text: Body
    html: Body
    #: MIME headers and boundaries: before the text part, between the parts, after both
    frame: tuple[bytes, bytes, bytes]


def encode(variant: RenderedVariant) -> EncodedVariant:
    """Encode both parts of ``variant``. Do it once and build every reader's message with it."""
    boundary = f"=_{variant.key[:40]}"
    text, html = encode_text(variant.text), encode_text(variant.html)
    opening = (
        f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'
        f"\r\n--{boundary}\r\n{_part('plain', text)}"
    )
    return EncodedVariant(
        key=variant.key,
        boundary=boundary,
        text=text,
        html=html,
        frame=(
            opening.encode("ascii"),
            f"\r\n--{boundary}\r\n{_part('html', html)}".encode("ascii"),
            f"\r\n--{boundary}--\r\n".encode("ascii"),
        ),
    )


def build(message: Message, encoded: EncodedVariant) -> bytes:
    """The whole message as it goes over the wire, CRLF line ends, no dots stuffed.

    ``encoded`` must be of the message's own variant. Raises AddressError or HeaderError for this
    message alone.
    """
    if encoded.key != message.variant.key:
        raise ValueError(f"message {message.ref} is of another variant")
    opening, between, closing = encoded.frame
    return b"".join(
        (
            write(message.headers),
            opening,
            *encoded.text.fill(message.tokens),
            between,
            *encoded.html.fill(_escaped(message.tokens)),
            closing,
        )
    )


def _part(kind: str, body: Body) -> str:
    return (
        f"Content-Type: text/{kind}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: {body.transfer_encoding}\r\n\r\n"
    )


def _escaped(tokens: Mapping[Token, str]) -> dict[Token, str]:
    return {token: escape(value) for token, value in tokens.items()}
