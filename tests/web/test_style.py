"""Colours of the pages: every text on its ground, WCAG 2.2 AA, in both schemes."""

import re

import pytest

from digest import bundled
from digest.render.brand import contrast

PAIRS = (
    ("ink", "paper"), ("ink", "sheet"), ("soft", "paper"), ("soft", "sheet"),
    ("accent", "paper"), ("accent", "sheet"), ("accent", "tint"), ("ink", "tint"),
    ("soft", "tint"), ("on-accent", "accent"), ("good", "good-tint"), ("warn", "warn-tint"),
    ("bad", "bad-tint"), ("bad", "paper"), ("bad", "sheet"),
)  # fmt: skip


def schemes() -> dict[str, dict[str, str]]:
    """The two sets of colour tokens."""
    css = (bundled.templates("web") / "style.css").read_text("utf-8")
    light, dark = re.findall(r":root\s*\{(.*?)\}", css, re.DOTALL)[:2]
    tokens = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6});")
    return {"light": dict(tokens.findall(light)), "dark": dict(tokens.findall(dark))}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_contrast(scheme: str, text: str, ground: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "sheet"])
def test_edges_of_controls(scheme: str, ground: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours["edge"], colours[ground]) >= 3
