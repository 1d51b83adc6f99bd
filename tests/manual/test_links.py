"""Every link of the documentation leads somewhere, and every page stands in the menu."""

import re
from pathlib import Path

import pytest

from tests.parts import REPO

PAGES = sorted([*REPO.glob("*.md"), *(REPO / "docs").glob("*.md")])
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^ *```.*?^ *```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """What GitHub and the site make of its headings."""
    text = re.sub(r"^ *```.*?^ *```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    heads = re.findall(r"^#{1,4} (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(_CODE.sub("", page.read_text("utf-8"))):
        file, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", file):
            continue
        target = page.parent / file if file else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_page_stands_in_the_menu() -> None:
    index = (REPO / "docs" / "index.md").read_text("utf-8")
    named = [
        name
        for menu in re.findall(r"```{toctree}(.*?)```", index, re.DOTALL)
        for name in re.findall(r"[a-z-]+(?=>?$)", menu, re.MULTILINE)
    ]
    pages = {page.stem for page in PAGES if page.parent == REPO / "docs"} - {"index"}
    assert sorted(pages - set(named)) == []


def test_the_house_is_drawn_whole() -> None:
    drawn = (REPO / "docs" / "architecture.md").read_text("utf-8")
    folders = sorted(
        one.name for one in (REPO / "digest").iterdir() if one.is_dir() and any(one.glob("*.py"))
    )
    assert [name for name in folders if f"  {name}/" not in drawn] == []


def test_the_nouns_of_the_model_stand_in_the_glossary() -> None:
    text = (REPO / "docs" / "glossary.md").read_text("utf-8").lower()
    nouns = sorted(
        one.stem.replace("_", " ") for one in (REPO / "digest" / "model").glob("[a-z]*.py")
    )
    assert nouns
    assert [noun for noun in nouns if noun.split()[-1] not in text] == []
