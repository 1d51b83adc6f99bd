"""Letters say what they must, in both parts, and nothing in them acts."""

from dataclasses import replace

import pytest

from digest.render.letters import Confirmation, LetterKind, cleaned
from digest.render.render import Renderer
from digest.render.tokens import fill
from tests.render.issue import BRAND, TEMPLATES, TOKENS
from tests.render.letters import letter

RENDERER = Renderer([TEMPLATES], BRAND)


def parts(kind: LetterKind, language: str = "en", **words: str) -> tuple[str, str]:
    variant = RENDERER.letter(kind, letter(kind, **words), language)
    return fill(variant.html, TOKENS, html=True), fill(variant.text, TOKENS, html=False)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (LetterKind.CORRECTION, ("What we wrote", "What is right", "meridian.example/1", "/u/")),
        (LetterKind.REVIEW, ("Blocks sending", "/approve", "/hold", "ready for review".lower())),
        (LetterKind.CONFIRMATION, ("meridian.example/confirm/abc", "do nothing")),
        (LetterKind.WELCOME, ("06:00", "/p/a.b-c_d", "/u/", "meridian.example/1", "/v/1-abc")),
        (LetterKind.NOTICE, ("River towns", "opened again", "/stay/abc")),
    ],
)
def test_each_says_what_it_must(kind: LetterKind, says: tuple[str, ...]) -> None:
    for part in parts(kind):
        assert all(words.lower() in part.lower() for words in says)


def test_a_confirmation_leads_to_one_page_and_loads_nothing() -> None:
    html, _ = parts(LetterKind.CONFIRMATION)
    assert html.count("meridian.example/confirm/abc") == 1
    assert "<img" not in html
    assert "/u/" not in html, "there is nothing to leave yet"


@pytest.mark.parametrize("kind", LetterKind)
def test_nothing_in_a_letter_acts(kind: LetterKind) -> None:
    html, text = parts(kind, headline='<script>x()</script>\r\nBcc: x" onclick="x', words="{{ x }}")
    assert "<script" not in html
    assert 'onclick="' not in html
    assert "\nBcc" not in text


def test_an_address_that_cannot_be_followed_is_left_out() -> None:
    one = letter(LetterKind.CONFIRMATION)
    assert isinstance(one, Confirmation)
    assert cleaned(replace(one, url="javascript:x()")).url == ""
