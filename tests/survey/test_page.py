"""What a front page says, what its colours are, and pages made to hurt."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.render.brand import Brand, contrast
from digest.survey import colours, page
from digest.survey.page import Box
from digest.survey.picks import looks_like_picks
from tests.survey.sites import FRONT

URL = "https://harbour.example/"


def test_a_front_page() -> None:
    seen = page.read(FRONT.encode(), "utf-8", URL)
    assert seen.name == "The Harbour Post & Mail"
    assert seen.tagline == "Tides and tidings"
    assert seen.language == "en-KE"
    assert [feed.url for feed in seen.feeds] == [
        f"{URL}{path}.xml" for path in ("comments/feed", "all", "sport", "weekend")
    ]
    assert seen.logos == (f"{URL}logo.png",)
    assert seen.icons == (f"{URL}touch.png", f"{URL}favicon.ico")
    assert seen.others == {"sw": f"{URL}sw/"}
    assert seen.boxes == (Box("Editors’ Picks", 3),), "Featured has one story: no box"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Home | The Meridian", "The Meridian"),
        ("The Meridian – News of the day", "The Meridian"),
        ("Stoke-on-Trent Live", "Stoke-on-Trent Live"),
        ("", ""),
    ],
)
def test_a_name_in_a_title(title: str, name: str) -> None:
    markup = f"<html><head><title>{title}</title>"
    assert page.read(markup.encode(), "", URL).name == name


def test_a_named_charset_is_used_and_an_unknown_one_forgiven() -> None:
    body = "<title>Diário</title>".encode("latin-1")
    assert page.read(body, "iso-8859-1", URL).name == "Diário"
    assert page.read(b"<title>Plain</title>", "no-such-charset", URL).name == "Plain"


def test_what_stands_in_comments_and_scripts_is_not_read() -> None:
    markup = (
        '<!-- <link rel="alternate" type="application/rss+xml" href="/old.xml"> -->'
        '<script>"<link rel=alternate type=application/rss+xml href=/no.xml>"</script>'
        "<script type='application/ld+json'>{broken</script><title>Here</title>"
    )
    seen = page.read(markup.encode(), "", URL)
    assert (seen.feeds, seen.name) == ((), "Here")


@given(st.text(alphabet="<>!-/ahlinkscript2\"'= x&#;{}", max_size=400))
def test_no_page_breaks_the_reader(markup: str) -> None:
    page.read(markup.encode(), "", URL)


@pytest.mark.parametrize(
    "junk",
    ["<", "<!", "<!--", "<a ", "<a b='", "</", "&#", "<script>", "<h2>Featured</h2><a href=/a>",
     "<style>--accent:", "--accent", "<meta name=a content=", '{"logo":'],
)  # fmt: skip
def test_pages_made_to_hurt_are_read_in_time(junk: str) -> None:
    began = time.process_time()
    page.read((junk * 600_000)[:600_000].encode(), "", URL)
    colours.accent("", (junk * 600_000)[:600_000])
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "name",
    ["Editors’ Picks", "Editor's pick", "editors-choice", "featured", "Top Stories", "À la une",
     "Must read", "Our picks", "Destacados", "Don’t miss"],
)  # fmt: skip
def test_names_of_picks(name: str) -> None:
    assert looks_like_picks(name)


@pytest.mark.parametrize(
    "name", ["Editorial", "Stories", "Latest Posts", "", "Feature films", "世"]
)
def test_names_that_are_none(name: str) -> None:
    assert not looks_like_picks(name)


@pytest.mark.parametrize(
    ("theme", "styles", "light"),
    [
        ("#0a5", "", None),  # too pale on white
        ("#064", "", "#006644"),
        ("#ffffff", ":root{--brand-color: rgb(170, 0, 34)}", "#aa0022"),
        ("#000", "", None),
        ("red", "", None),
        ("", "a{--accent-hover:#a00;--text-primary:#a00}", None),
        ("", "a{--wp--preset--color--primary:#13c;}", "#1133cc"),
        ("rgb(999,0,0)", "", None),
    ],
)
def test_colours(theme: str, styles: str, light: str | None) -> None:
    found = colours.accent(theme, styles)
    assert (found.light if found else None) == light


@given(st.integers(0, 0xFFFFFF))
def test_every_colour_that_is_taken_can_be_read(number: int) -> None:
    found = colours.accent(f"#{number:06x}", "")
    if found:
        brand = Brand(name="", accent=found.light, accent_dark=found.dark)
        for palette in (brand.light, brand.dark):
            assert contrast(palette.accent, palette.sheet) >= 4.5
