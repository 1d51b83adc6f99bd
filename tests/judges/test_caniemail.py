"""No feature that a large mail program lacks is used unseen: each is on our list, with a reason.

The judge is the data of caniemail.com (npm ``caniemail``), read as it is.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.judges import mails
from tests.judges.features import Features
from tests.parts import NODE_MODULES

pytestmark = pytest.mark.part("caniemail")

FAMILIES = ("gmail", "outlook", "apple-mail", "yahoo")
REVIEWED = tomllib.loads(Path(__file__).with_name("lacking.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Any]:
    """Feature → what is known of it."""
    path = NODE_MODULES / "caniemail" / "data" / "caniemail.json"
    return {one["slug"]: one for one in json.loads(path.read_text("utf-8"))["data"]}


def lackers(feature: dict[str, Any]) -> list[str]:
    """The programs whose newest version lacks a feature."""
    return [
        f"{family} on {platform}"
        for family in FAMILIES
        for platform, versions in feature["stats"].get(family, {}).items()
        if list(versions.values())[-1].split()[0] == "n"
    ]


def test_what_programs_lack_is_on_our_list(catalogue: dict[str, Any]) -> None:
    used = {
        slug
        for mail in [*mails.MAILS, *mails.POST]
        if mail[1] != "hi"  # whose mails are built as the English ones are
        for slug in Features(mails.page(*mail), catalogue).found
    }
    assert len(used) > 50, "the reading itself works"
    lacking = {slug: told for slug in used if (told := lackers(catalogue[slug]))}
    reviewed = {slug for group in REVIEWED.values() for slug in group}
    new = {slug: lacking[slug] for slug in lacking.keys() - reviewed}
    assert new == {}, "do without it, or give a reason in lacking.toml"
    assert reviewed - lacking.keys() == set(), "no longer used, or no longer lacking"
    for slug in sorted(lacking):
        print(slug, "·", ", ".join(lacking[slug]))


def test_the_reading_finds_what_is_there(catalogue: dict[str, Any]) -> None:
    html = """<!doctype html><style>@media (max-width: 9px) { .a > b:hover { gap: 1em } }
      p::before { width: calc(1vw - 2px) !important }</style>
      <p style="display:flex;color:rgba(0,0,0,.5)"><a href="mailto:x">x</a>
      <img src="https://m.example/a.webp?b=1" loading="lazy"><!-- x --></p>"""
    expected = {
        *("html-doctype", "html-style", "html-p", "html-img", "html-mailto-links"),
        *("html-comments", "image-webp", "css-at-media", "css-gap"),
        *("css-selector-class", "css-selector-child", "css-selector-type"),
        *("css-pseudo-class-hover", "css-pseudo-element-before", "css-unit-calc", "css-unit-vw"),
        *("css-unit-em", "css-unit-px", "css-important", "css-display-flex", "css-rgba"),
        "css-width",
    }
    found = Features(html, catalogue).found
    assert expected <= found
    assert "css-unit-rem" not in found
