"""Messages: parsed back, each equals what EmailMessage would have built."""

import base64
import quopri
import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.model import Fragment, RenderedVariant, Token, TokenText
from digest.render import encode as encoding
from digest.render.encode import aligned, base64_pieces, quoted, quoted_pieces, token_lines
from digest.render.message import build
from digest.render.render import Renderer
from digest.render.tokens import fill
from tests.render.issue import ARABIC, BRAND, HINDI, TEMPLATES, TOKENS, content, message, twenty

SCRIPTS = st.one_of(
    st.text(max_size=200),
    st.text(alphabet="abc =.\t\nF", max_size=300),
    st.text(alphabet="हिन्दीسلامไทย漢字❤️\n ", max_size=200),
    st.sampled_from(["From me\n", ".", "..\n.", " ", "=\n", "x" * 2000, "é" * 1000, "\r\n", "\r"]),
)
PIECES = st.lists(st.one_of(SCRIPTS, st.sampled_from(list(Token))), max_size=8).map(
    lambda pieces: tuple(piece for piece in pieces if piece)
)
# a CR at the end of one piece and a LF at the start of the next are two line ends; none has a CR
PLAIN_PIECES = PIECES.map(
    lambda pieces: tuple(
        one if isinstance(one, Token) else re.sub("\r\n?", "\n", one) for one in pieces
    )
)
FRAGMENTS = st.lists(st.builds(Fragment, PLAIN_PIECES, PLAIN_PIECES), max_size=5).map(tuple)
VALUES = st.fixed_dictionaries(
    {
        token: st.one_of(
            st.text(alphabet="https://a.b?c=d&e'\"<é", max_size=90),
            st.sampled_from(["", ".", "From me", "a ", "=" * 3, "a" * 71, "a" * 72, "Zoë Ó"]),
        )
        for token in Token
    }
)


def made(*fragments: Fragment) -> RenderedVariant:
    return RenderedVariant(
        key="0f" * 32, subject="s", preheader="", language="en", fragments=fragments
    )


def oracle(variant: RenderedVariant, values: dict[Token, str]) -> EmailMessage:
    """The same two parts, or text alone, as the standard library would build them."""
    whole = EmailMessage(policy=policy.SMTP)
    whole.set_content(_sendable(fill(variant.text, values, html=False)))
    if not variant.plain:
        whole.add_alternative(_sendable(fill(variant.html, values, html=True)), subtype="html")
    return message_from_bytes(whole.as_bytes(), policy=policy.default)  # type: ignore[return-value]


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def parts(whole: EmailMessage) -> list[tuple[str, str]]:
    """Type with charset, and content of each part; line ends as line feeds, one at the end."""
    return [
        (
            f"{part.get_content_type()} {part.get_content_charset()}",
            part.get_content().replace("\r\n", "\n").removesuffix("\n"),
        )
        for part in (whole.iter_parts() if whole.is_multipart() else [whole])
    ]


def sound(raw: bytes) -> None:
    """What every byte string on the wire must be."""
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw), "a bare CR or LF"
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert raw.isascii()
    body = raw.split(b"\r\n\r\n", 1)[1]
    assert not re.search(rb"(?m)^(\.|From )", body), "a line that transports change"


@settings(max_examples=200, deadline=None)
@given(FRAGMENTS, VALUES, st.booleans())
@example((Fragment((), ("\x80", "From me\n", Token.NAME)),), dict.fromkeys(Token, ""), False)
def test_a_message_equals_the_oracle(
    fragments: tuple[Fragment, ...], values: dict[Token, str], plain: bool
) -> None:
    variant = replace(made(*fragments), plain=plain)
    raw = build(replace(message(variant), tokens=values))
    sound(raw)
    back = message_from_bytes(raw, policy=policy.default)
    assert not back.defects
    assert parts(back) == parts(oracle(variant, values))  # type: ignore[arg-type]


@settings(max_examples=200, deadline=None)
@given(PIECES, VALUES)
def test_both_encodings_hold_any_text(text: TokenText, values: dict[Token, str]) -> None:
    """Whatever the choice by size would be."""
    ended = (*text, "\n")
    expected = encoding._crlf(fill(ended, values, html=False))
    raw = b"".join(quoted_pieces([quoted(ended)], token_lines(values)[1]))
    # where a token ends in CR and the next piece starts with LF, each is a line end of its own
    if not re.search("\r", fill(ended, values, html=False)):
        assert quopri.decodestring(raw).replace(b"\r\n", b"\n") == expected.replace(b"\r\n", b"\n")
    raw = b"".join(base64_pieces([aligned(ended)], values, html=False))
    joined = b"".join(encoding._crlf(values[p] if isinstance(p, Token) else p) for p in ended)
    assert base64.b64decode(raw, validate=False) == joined
    assert b"=" not in raw.rstrip(b"=\r\n"), "padding only at the very end"


def test_each_script_gets_the_shorter_encoding() -> None:
    for words in ("The river rose in the night. ", "Le café d’Or a rouvert hier soir, dit Zoë. "):
        assert transfer_encoding(words * 20) == "quoted-printable"
    for words in (HINDI, ARABIC):
        assert transfer_encoding(words * 20) == "base64"
    mostly = (HINDI, "A long opening in another script. " * 90)
    assert transfer_encoding(*mostly) == "quoted-printable", "one encoding for the whole part"


def transfer_encoding(*texts: str) -> str:
    return encoding.encode([Fragment((text,)) for text in texts], {})[0].transfer_encoding


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_whole_issue(language: str) -> None:
    variant = Renderer([TEMPLATES], BRAND).render(content(*twenty().sections, language=language))
    raw = build(message(variant))
    sound(raw)
    back = message_from_bytes(raw, policy=policy.default)
    assert parts(back) == parts(oracle(variant, TOKENS))  # type: ignore[arg-type]
    assert back.get_content_type() == "multipart/alternative"
    assert back["List-Unsubscribe"] == f"<{TOKENS[Token.LEAVE_URL]}>"
    again = Renderer([TEMPLATES], BRAND).render(content(*twenty().sections, language=language))
    assert raw == build(message(again)), "the same message, the same bytes"


def test_a_changed_variant_does_not_send_what_was_encoded_before() -> None:
    variant = made(Fragment(("old\n",), ("old\n",)))
    assert b"old" in build(message(variant))
    changed = replace(variant, fragments=(Fragment(("new\n",), ("new\n",)),))
    assert b"old" not in build(message(changed))


def test_a_token_without_a_value_is_our_own_fault() -> None:
    with pytest.raises(TypeError):
        build(replace(message(made(Fragment((Token.CLICK,)))), tokens={}))
