"""The page in a real browser: nothing wider than a phone, columns stack, the dark scheme is dark.

The pictures taken stay in pytest's temporary folder, to be looked at.
"""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from digest.render.brand import contrast
from digest.render.letters import LetterKind
from digest.render.render import Renderer
from digest.render.tokens import fill
from tests.browser import Browser
from tests.judges import mails
from tests.render.issue import BRAND, TEMPLATES, TOKENS, full_house

PHONE, DESK = 375, 800
#: tells how the mail lies at the window's width
MEASURE = """(() => {
  const box = node => node.getBoundingClientRect();
  const all = selector => [...document.body.querySelectorAll(selector)];
  return {
    scroll: document.documentElement.scrollWidth,
    wide: all("*").filter(node => box(node).right > innerWidth + 1 || box(node).left < -1)
      .map(node => node.outerHTML.slice(0, 80)),
    columns: new Set(all("h3").map(node => Math.round(box(node).left))).size,
    pictures: all("img").map(node => Math.round(box(node).width)),
    hues: all("h1, h2, h3, h3 a, p, p b, li, li span").map(node => [
      getComputedStyle(node).color,
      getComputedStyle(node.closest(".s, .f")).backgroundColor]),
    links: all("a").length,
  };
})()"""


class Quiet(SimpleHTTPRequestHandler):
    """A file server without a log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder served on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield tmp_path, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as one:
        yield one


def measure(browser: Browser, url: str, folder: Path, *, dark: bool) -> list[dict[str, Any]]:
    """What the mail looks like on a phone and on a desk; leaves a picture of each in ``folder``."""
    told = []
    for width in (PHONE, DESK):
        browser.visit(url, width=width, dark=dark)
        told.append(browser.evaluate(MEASURE))
        browser.picture(folder / f"look-{width}.png")
    return told


def colour(told: str) -> str:
    """``rgb(1, 2, 3)`` as ``#010203``."""
    return "#" + "".join(f"{int(number):02x}" for number in re.findall(r"\d+", told)[:3])


LOOKS = [
    *[(name, "en", False) for name in ("daily", "brief", "quiet", "weekly", *LetterKind)],
    *[(name, "ar", True) for name in ("daily", "brief", "quiet", "weekly", *LetterKind)],
    *[("daily", language, False) for language in ("es", "fr", "hi", "pt", "sw")],
]


@pytest.mark.part("chromium")
@pytest.mark.parametrize(("template", "language", "dark"), LOOKS)
def test_on_a_phone_and_a_desk(
    browser: Browser, site: tuple[Path, str], template: str, language: str, dark: bool
) -> None:
    folder, base = site
    for number in range(3):
        Image.new("RGB", (900, 600), (40 * number, 90, 120)).save(folder / f"{number}.png")
    letter = template in list(LetterKind)
    html = mails.page(template, language) if letter else page(template, language, base)
    (folder / "mail.html").write_text(html, "utf-8")

    phone, desk = measure(browser, f"{base}/mail.html", folder, dark=dark)
    assert phone["wide"] == desk["wide"] == []
    assert (phone["scroll"], desk["scroll"]) == (PHONE, DESK)
    assert phone["links"] >= (1 if letter else 20)
    if template == "daily":
        assert set(phone["pictures"]) == {PHONE - 48}, "the full width of the column"
    if template in {"daily", "weekly"}:
        assert desk["columns"] > phone["columns"]
    for ink, ground in [*phone["hues"], *desk["hues"]]:
        assert contrast(colour(ink), colour(ground)) >= 4.5, (ink, ground)
        assert (contrast(colour(ground), "#ffffff") > 10) == dark, "the sheet follows the scheme"
    assert (folder / f"look-{PHONE}.png").stat().st_size > 5_000


@pytest.mark.part("chromium")
@pytest.mark.parametrize("style", ["full", "large"])
def test_long_words_fit_a_small_phone(browser: Browser, site: tuple[Path, str], style: str) -> None:
    folder, base = site
    long = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
    issue = full_house("daily", style)
    sections = tuple(
        replace(
            section,
            title=f"Südostasiatische Inselstaaten, {long}",
            cards=tuple(replace(card, headline=long, kicker=long) for card in section.cards),
        )
        for section in issue.sections
    )
    variant = Renderer([TEMPLATES], BRAND).render(replace(issue, sections=sections, language="de"))
    (folder / "mail.html").write_text(fill(variant.html, TOKENS, html=True), "utf-8")
    browser.visit(f"{base}/mail.html", width=320)
    told = browser.evaluate(MEASURE)
    assert told["wide"] == []
    assert told["scroll"] == 320


def page(template: str, language: str, base: str) -> str:
    """The sample issue with pictures that are there."""
    variant = Renderer([TEMPLATES], BRAND).render(mails.issue(template, language, base + "/{}.png"))
    return fill(variant.html, TOKENS, html=True)
