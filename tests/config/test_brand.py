"""[brand]: type, space and colours; what could not be read is refused with a fix."""

import re
from pathlib import Path

import pytest

from digest.config import load
from digest.config.brand import LEAST_CONTRAST, brand
from digest.render.brand import DARK, LIGHT, Brand, Density, Palette, contrast
from digest.render.render import Renderer
from tests.config.test_load import GOOD, mistakes, write
from tests.render.issue import TEMPLATES, twenty

LOOK = """
[brand]
heading_font = 'Charter, "Iowan Old Style", serif'
text_font = "Verdana, sans-serif"
corner = 8
density = "airy"
[brand.light]
paper = "#ffffff"
"""


def test_tokens_reach_the_mail(tmp_path: Path) -> None:
    found = brand(load(write(tmp_path, GOOD + LOOK)))
    assert found.light.paper == "#ffffff"
    assert found.dark == DARK
    html = Renderer([TEMPLATES], found).render(twenty()).html
    text = "".join(str(piece) for piece in html)
    assert "font-family:Charter,'Iowan Old Style',serif;font-size:32px" in text
    assert "font-family:Verdana,sans-serif" in text
    assert "border-radius:8px" in text
    assert "padding:0 12px 39px" in text, "airy"
    assert "Georgia" not in text


def test_nothing_said_is_the_bundled_look(tmp_path: Path) -> None:
    found = brand(load(write(tmp_path, GOOD)))
    assert (found.light, found.dark) == (LIGHT, DARK)
    plain = Brand(name="x")
    assert (found.heading_font, found.text_font) == (plain.heading_font, plain.text_font)
    assert [one.space(30) for one in Density] == ["39px", "30px", "20px"]


@pytest.mark.parametrize(
    ("fonts", "says"),
    [
        ("Charter", "end the list with what any reader has"),
        ("https://fonts.example/x.css, serif", "no address"),
        ("Georgia; color: red, serif", "name font families alone"),
        ("", "name font families alone"),
    ],
)
def test_fonts_that_mail_cannot_use(tmp_path: Path, fonts: str, says: str) -> None:
    file = write(tmp_path, GOOD + f'[brand]\ntext_font = "{fonts}"\n')
    assert says in mistakes(file)["brand.text_font"]


def test_a_colour_that_cannot_be_read_is_told_with_one_that_can(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD + '[brand.light]\nquiet = "#aaaaaa"\n')
    problem = mistakes(file)["brand.light.quiet"]
    assert "#aaaaaa has a contrast of 2.0 on the paper, #f1eee8; text needs 4.5" in problem
    (better,) = re.findall(r"(#\w{6}) would do", problem)
    assert contrast(better, LIGHT.paper) >= LEAST_CONTRAST


@pytest.mark.parametrize(
    ("key", "colour", "sheet"), [("accent", "#ffcc00", LIGHT), ("accent_dark", "#0b5d4e", DARK)]
)
def test_an_accent_is_measured_on_its_own_sheet(
    tmp_path: Path, key: str, colour: str, sheet: Palette
) -> None:
    file = write(tmp_path, GOOD + f'[newsroom]\n{key} = "{colour}"\n')
    problem = mistakes(file)[f"newsroom.{key}"]
    (better,) = re.findall(r"(#\w{6}) would do", problem)
    assert contrast(better, sheet.sheet) >= LEAST_CONTRAST
    assert contrast(colour, sheet.sheet) < LEAST_CONTRAST


def test_a_sheet_that_leaves_no_ink_is_told(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD + '[brand.dark]\npaper = "#ffffff"\nquiet = "red"\n')
    assert "#[0-9a-fA-F]" in mistakes(file)["brand.dark.quiet"]
