"""axe-core finds nothing to object to: every mail and every page for readers, light and dark."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from digest import bundled
from tests.browser import Browser
from tests.judges import mails
from tests.languages.readers import readers
from tests.parts import NODE_MODULES

pytestmark = [pytest.mark.part("chromium"), pytest.mark.part("axe")]

RUN = """axe.run(document, {resultTypes: ["violations"]}).then(told => ({
  passes: told.passes.length,
  violations: told.violations.map(one => ({
    id: one.id, impact: one.impact, help: one.help,
    nodes: one.nodes.map(node => node.html.slice(0, 160) + " · " + node.failureSummary) })),
}))"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as one:
        yield one


def judged(browser: Browser, html: str, *, dark: bool) -> Any:
    """What axe says of a page."""
    browser.show(html, dark=dark)
    browser.evaluate((NODE_MODULES / "axe-core" / "axe.min.js").read_text("utf-8") + ";0")
    return browser.evaluate(RUN)


def test_the_judge_sees_what_is_wrong_in_the_dark(browser: Browser) -> None:
    html = """<!doctype html><html lang="en"><title>x</title><style>body { background: #fff }
      @media (prefers-color-scheme: dark) { body { background: #16181c } }</style>
      <main><h1 style="color:#0b4f9c">Low contrast in the dark</h1></main>"""
    assert judged(browser, html, dark=False)["violations"] == []
    (found,) = judged(browser, html, dark=True)["violations"]
    assert found["id"] == "color-contrast"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("template", "language"), [*mails.MAILS, *mails.POST])
def test_mail(browser: Browser, template: str, language: str, dark: bool) -> None:
    told = judged(browser, mails.page(template, language), dark=dark)
    assert told["passes"] > 20
    assert told["violations"] == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("template", "language", "style"), mails.STYLED)
def test_styles(browser: Browser, template: str, language: str, style: str, dark: bool) -> None:
    told = judged(browser, mails.page(template, language, style), dark=dark)
    assert told["passes"] > 20
    assert told["violations"] == []


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every page that readers see, with its style inside."""
    house = readers(tmp_path_factory.mktemp("house"))
    style = (bundled.templates("web") / "style.css").read_text("utf-8")
    found = {
        f"{name} {language}": re.sub(
            r'<link rel="stylesheet"[^>]*>', lambda _: f"<style>{style}</style>", html
        )
        for language in mails.LANGUAGES
        for name, html in house.pages(language).items()
    }
    house.app.engine.dispose()
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages(browser: Browser, pages: dict[str, str], dark: bool, tmp_path: Path) -> None:
    assert len(pages) == 10 * len(mails.LANGUAGES)
    for name, html in pages.items():
        told = judged(browser, html, dark=dark)
        assert told["violations"] == [], name
        assert told["passes"] > 10, name
