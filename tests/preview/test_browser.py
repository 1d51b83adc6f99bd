"""The page in a real browser: switches without a script, closed frames, nothing for axe to say."""

import base64
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.browser import Browser
from tests.judges.test_axe import judged
from tests.preview.previews import saying, shown
from tests.preview.test_page import HOSTILE

pytestmark = pytest.mark.part("chromium")

SHEETS = {"light": (240, 255), "dark": (0, 60)}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as one:
        yield one


def press(browser: Browser, choice: str) -> None:
    """Choose one of the switches."""
    browser.evaluate(f"document.getElementById({choice!r}).click()")


def frame(browser: Browser, pair: str, file: Path) -> Image.Image:
    """A picture of the phone's frame."""
    script = f"document.querySelector('#frames-{pair} iframe').getBoundingClientRect().toJSON()"
    browser.evaluate("new Promise(done => setTimeout(done, 500))")
    browser.picture(file)
    browser.evaluate("new Promise(done => setTimeout(done, 500))")
    browser.picture(file)
    box = browser.evaluate(script)
    return (
        Image.open(file)
        .convert("L")
        .crop((int(box["left"]), int(box["top"]), int(box["right"]), int(box["bottom"])))
    )


@pytest.mark.parametrize("system_dark", [False, True], ids=["light system", "dark system"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_a_mail_is_light_or_dark_as_chosen(
    browser: Browser, tmp_path: Path, colours: str, system_dark: bool
) -> None:
    browser.show(shown(), width=1280, dark=system_dark)
    press(browser, f"colours-{colours}")
    taken = frame(browser, "sent", tmp_path / "page.png")
    assert taken.size[0] == 375
    least, most = SHEETS[colours]
    assert least <= taken.getpixel((12, 60)) <= most  # type: ignore[operator]


def test_the_switches_change_the_frames(browser: Browser, tmp_path: Path) -> None:
    browser.show(shown(), width=1280)
    seen = {}
    for pair in ("sent", "bare", "large"):
        press(browser, f"shown-{pair}")
        shown_now = "[...document.querySelectorAll('.pair')].filter(x => x.offsetHeight)"
        assert browser.evaluate(f"{shown_now}.map(x => x.id)") == [f"frames-{pair}"]
        taken = BytesIO()
        frame(browser, pair, tmp_path / "page.png").save(taken, "png")
        seen[pair] = base64.b64encode(taken.getvalue())
    assert seen["large"] != seen["sent"]


@pytest.mark.parametrize("width", [375, 1280])
def test_nothing_is_wider_than_the_screen(browser: Browser, width: int) -> None:
    browser.show(shown(), width=width)
    assert browser.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("headline", HOSTILE)
def test_no_headline_runs_or_breaks_out(browser: Browser, headline: str) -> None:
    browser.show(shown(saying(headline), readers=headline), width=1280)
    assert browser.evaluate("document.title").startswith("Preview: ")
    assert browser.evaluate("document.querySelectorAll('script, img, form').length") == 0
    assert browser.evaluate("document.querySelectorAll('iframe').length") == 6
    # a frame of another origin cannot be looked into
    assert browser.evaluate("document.querySelector('iframe').contentDocument") is None


@pytest.mark.part("axe")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe(browser: Browser, dark: bool) -> None:
    warned = {"left_out": "suppressed", "reason": "2 new stories, 3 needed"}
    for html in (shown(), shown(**warned), shown(mail=None), shown(findings=())):
        told = judged(browser, html, dark=dark)
        assert told["violations"] == []
        assert told["passes"] > 10
