"""Plain text and safe addresses out of whatever sources send."""

import re
import time
import unicodedata
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.sources import clean


@pytest.mark.parametrize(
    ("raw", "headline"),
    [
        ("AT&T &amp; Café d&rsquo;Or", "AT&T & Café d’Or"),
        ("Fish &amp;amp; chips", "Fish & chips"),
        ("Fish &amp;amp;amp; chips", "Fish &amp; chips"),  # twice at most
        ("It&#8217;s &#x201C;over&#x201D;", "It’s “over”"),
        ("<b>Breaking:</b> flood", "Breaking: flood"),
        ("&lt;em&gt;Breaking:&lt;/em&gt; flood", "Breaking: flood"),
        ('A <span class="x">red <i>line</i></span>', "A red line"),
        ("One<br/>Two", "One Two"),
        ("#include </etc/shadow>", "#include </etc/shadow>"),
        ("#include &lt;/etc/shadow&gt;", "#include </etc/shadow>"),
        ("Why the &lt;div&gt; stays", "Why the <div> stays"),
        ("x < y and y > z", "x < y and y > z"),
        ("M.2 NVMe -> miniPCIe", "M.2 NVMe -> miniPCIe"),
        ("I <3 maps", "I <3 maps"),
        ("<script>alert(1)</script>Storm", "Storm"),
        ("Storm<!-- hidden -->", "Storm"),
        ("  two\n\t words  ", "two words"),
        (
            "bell\x07 and \u202eright to left\u202c and \u200bzero",
            "bell and right to left and zero",
        ),
        ("Cafe\u0301", "Café"),
        ("खबर \u200dहै 👩\u200d🚀", "खबर \u200dहै 👩\u200d🚀"),
        ("&nbsp;", ""),
    ],
)
def test_headlines(raw: str, headline: str) -> None:
    assert clean.headline(raw) == headline


def test_text_keeps_paragraphs_and_drops_the_rest() -> None:
    raw = """<p>One &amp; two.</p><script>x()</script><style>p{}</style>
    <div>Three<br>four</div><ul><li>Five</li><li>Six</li></ul><figure><img src=x>
    <figcaption>A caption</figcaption></figure>
    <p>The post <a href="/x">Storm</a> appeared first on <a href="/">Harbour Post</a>.</p>"""
    assert clean.text(raw) == "One & two.\n\nThree four\n\nFive\n\nSix"


def test_plain_text_keeps_its_blank_lines() -> None:
    assert clean.text("One\nstill one\n\nTwo &lt; three") == "One still one\n\nTwo < three"


@pytest.mark.parametrize(
    ("summary", "full", "standfirst"),
    [
        ("<p>The river rose [&hellip;]</p>", "", "The river rose…"),
        (
            "The river rose… <a href='/x'>Continue reading <span>Storm</span></a>",
            "",
            "The river rose…",
        ),
        ("<p>It rose.</p><p>The post Storm appeared first on Post.</p>", "", "It rose."),
        ("It rose. The post Storm appeared first on Post.", "", "It rose."),
        ("", "First paragraph.\n\nSecond.", "First paragraph. Second."),
        ("Storm", "Storm\n\nIt rose.", "It rose."),
        ("", "", ""),
    ],
)
def test_standfirsts(summary: str, full: str, standfirst: str) -> None:
    assert clean.standfirst(summary, full, "Storm") == standfirst


def test_a_long_summary_ends_with_its_first_paragraph_or_at_a_word() -> None:
    assert clean.standfirst(f"<p>Short one here.</p><p>{'long ' * 200}</p>") == "Short one here."
    cut = clean.standfirst("word " * 200)
    assert len(cut) <= clean.STANDFIRST
    assert cut.endswith("word…")


@pytest.mark.parametrize(
    ("raw", "base", "url"),
    [
        ("https://Example.ORG/a?b=1#c", "", "https://example.org/a?b=1#c"),
        (" https://example.org/a b\n", "", "https://example.org/a%20b"),
        ("/a?x=1&amp;y=2", "https://example.org/feed", "https://example.org/a?x=1&y=2"),
        ("//cdn.example.org/a", "https://example.org/", "https://cdn.example.org/a"),
        ("https://bücher.example/ä", "", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://example.org", "", "https://example.org/"),
        ("http://[::1]:8080/a", "", "http://[::1]:8080/a"),
        ("javascript:alert(1)", "https://example.org/", ""),
        ("java\nscript:alert(1)", "https://example.org/", ""),
        ("data:text/html,x", "https://example.org/", ""),
        ("file:///etc/passwd", "", ""),
        ("/no/base", "", ""),
        ("https://user:pw@example.org/", "", ""),
        ("https://exa mple.org/", "", ""),
        ("https://example.org:port/", "", ""),
        ("http://[::1", "", ""),
        ("https:///path", "", ""),
        ("", "", ""),
    ],
)
def test_safe_urls(raw: str, base: str, url: str) -> None:
    assert clean.safe_url(raw, base) == url


def test_an_address_longer_than_programs_take_is_none() -> None:
    assert clean.safe_url(f"https://example.org/{'a' * 3900}")
    for long in ("a" * 4000, "é" * 1000, "%61/../" * 200_000):
        assert clean.safe_url(f"https://example.org/{long}") == ""


SNIPPETS = st.lists(
    st.sampled_from(
        ["<", ">", "&", "&amp;", "&lt;", "&gt;", "<b>", "</b>", "<div>", "<br>", "<!--", "-->",
         "<script>", "</script>", "a", " ", "\n", "\u202e", "\x00", "\ud800", "e\u0301", "</p>",
         "&#0;", "<a href='", "'>", "The post ", " appeared first on ", "[…]", "Continue reading"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@given(SNIPPETS | st.text(max_size=200))
@example("<b" * 100)
def test_what_comes_out_is_clean(raw: str) -> None:
    for out in (clean.headline(raw), clean.text(raw), clean.standfirst(raw, clean.text(raw))):
        assert not re.search(
            "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", out
        )
        assert unicodedata.is_normalized("NFC", out)
        assert "<script>" not in clean.text(raw) or "&lt;" in raw or "&amp;" in raw
        assert out == out.strip()
    assert "\n" not in clean.headline(raw) + clean.standfirst(raw)


@given(st.text(max_size=100))
def test_headlines_without_markup_stay(raw: str) -> None:
    plain = raw.replace("<", "").replace("&", "")
    once = clean.headline(plain)
    assert clean.headline(once) == once
    assert "".join(once.split()) == "".join(clean.line(plain).split())


@given(st.text(max_size=100) | st.text(alphabet="htps:/?#@[].%\\ \t\nexample&;", max_size=60))
def test_addresses_are_web_addresses_or_nothing(raw: str) -> None:
    for url in (clean.safe_url(raw), clean.safe_url(raw, "https://example.org/a/b")):
        if url:
            parts = urlsplit(url)
            assert parts.scheme in {"http", "https"}
            assert parts.hostname
            assert parts.username is None
            assert url.isascii()
            assert not re.search(r"[\s\"<>\\]", url)
            assert clean.safe_url(url) == url


@pytest.mark.parametrize(
    "hostile",
    ["<div>" * 40_000, "<b>" * 60_000, "<!--" * 50_000, "<p>" * 60_000, "&" * 200_000,
     "<a " * 60_000, "The post " * 20_000, "<script>" * 20_000, "[…] " * 50_000],
)  # fmt: skip
def test_hostile_markup_costs_little(hostile: str) -> None:
    started = time.process_time()
    clean.headline(hostile)
    clean.standfirst(hostile, clean.text(hostile))
    assert time.process_time() - started < 2
