"""Contrast is measured on the colours that readers see, by light and by dark styles."""

from dataclasses import replace

import pytest

from digest.preflight.page import read
from digest.preflight.styles import declared, painted
from tests.preflight.mails import good, kinds, said

DARK = "@media (prefers-color-scheme: dark) {{ {} }}"


def look(body: str, css: str = "") -> tuple[tuple[str, str], tuple[str, str], bool]:
    """Ink, paper and size of the last words."""
    page = read(f"<html><head><style>{css}</style></head><body>{body}</body></html>")
    words = page.words[-1]
    return words.ink, words.paper, words.large


INK = '<p class="k" style="color:#111111">x'
CASCADE = [
    # body, style sheet; ink and paper on light, on dark
    ("<p>x", "", "#000000 ? #ffffff ?"),
    ('<p style="color:#123">x', "", "#112233 #112233 #ffffff ?"),
    ('<table bgcolor="#222"><td>x</table>', "", "#000000 ? #222222 #222222"),
    ('<a href="/">x</a>', "", "#0000ee ? #ffffff ?"),
    ('<p style="background:url(a.png) #fff">x', "", "#000000 ? #ffffff #ffffff"),
    ('<p style="background:linear-gradient(#000,#fff)">x', "", "#000000 ? #000000 #000000"),
    ('<p style="background:url(a.png)">x', "", "#000000 ? ? ?"),
    (INK, ".k { color: #222222 }", "#111111 #111111 #ffffff ?"),
    (INK, ".k { color: #222222 !important }", "#222222 #222222 #ffffff ?"),
    (INK, DARK.format(".k { color: #eee !important }"), "#111111 #eeeeee #ffffff ?"),
    (INK, DARK.format(".k { color: #eee }"), "#111111 #111111 #ffffff ?"),
    (
        '<div class="s"><p>x',
        DARK.format("body { color: #ddd } .s, .t > a { background: #101010 }"),
        "#000000 #dddddd #ffffff #101010",
    ),
    (
        '<p class="a b">x',
        ".a.b { color: #111111 } .a { color: #222222 }",
        "#111111 #111111 #ffffff ?",
    ),
    ("<p>x", "@media only screen { p { color: #abcdef } }", "#000000 ? #ffffff ?"),
    (
        "<p>x",
        "@import 'a.css'; p:hover { color: #abcdef } /* p { color: red } */ p { color: #111111 }",
        "#111111 #111111 #ffffff ?",
    ),
]


@pytest.mark.parametrize(("body", "css", "expected"), CASCADE)
def test_the_cascade(body: str, css: str, expected: str) -> None:
    ink, paper, _ = look(body, css)
    assert " ".join((*ink, *paper)) == expected


@pytest.mark.parametrize(
    ("body", "large"),
    [
        ('<p style="font-size:24px">x', True),
        ('<p style="font-size:23px">x', False),
        ('<b style="font-size:19px">x', True),
        ('<p style="font-size:14pt;font-weight:700">x', True),
        ("<h3>x", True),
        ('<h2 style="font-size:14px">x', False),
        ('<div style="font-size:20px"><p style="font-size:120%">x', True),
        ('<p style="font-size:x-large">x', False),
    ],
)
def test_large_text(body: str, large: bool) -> None:
    assert look(body)[2] is large


def test_hidden_words_are_not_measured() -> None:
    page = read('<div style="display:none"><p>x</p></div><!--[if mso]><p>y</p><![endif]--><p>z</p>')
    assert [words.text for words in page.words] == ["z"]


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ("#1c1b19", None),
        ("#888888", "warn"),
        ("#aaaaaa", "block"),
    ],
)
def test_weak_words(colour: str, expected: str | None) -> None:
    html = good().html.replace("</h1>", f'</h1><p class="x" style="color:{colour}">Pale</p>')
    html = html.replace(
        "</head>", f"<style>{DARK.format('.x {color:#fff!important}')}</style></head>"
    )
    found = said(replace(good(), html=html))
    assert kinds(found) == ({("contrast", expected)} if expected else set())
    assert all("light" in finding.why and finding.where == "Pale" for finding in found)


def test_what_is_forgotten_on_dark_screens() -> None:
    html = good().html.replace("</h1>", '</h1><p style="color:#0b4f9c">A link of old</p>')
    (found,) = said(replace(good(), html=html))
    assert (found.check, found.level) == ("contrast", "block")
    assert "dark" in found.why


def test_styles_that_make_no_sense() -> None:
    for css in (
        "@media",
        "@media {",
        "} {",
        "a{b",
        "@import",
        "{{{{",
        ".a{color:}",
        "p{color:#}",
        "",
    ):
        assert look("<p>x", css)
    assert declared("color") == {}
    assert painted("what-ever", "#000000") == "?"
    assert painted(None, "#000000") == painted("inherit", "#000000") == "#000000"
