"""The page in a real browser: nothing wider than a phone, columns stack, the dark scheme is dark.

The pictures taken stay in pytest's temporary folder, to be looked at.
"""

import html as markup
import json
import re
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from digest.render.brand import contrast
from digest.render.render import Renderer
from digest.render.tokens import fill
from tests.parts import chromium
from tests.render.issue import BRAND, TEMPLATES, TOKENS, content, twenty

PHONE, DESK = 375, 800
#: frames the mail at both widths side by side and tells how it lies in each
MEASURE = f"""<!doctype html><body style="margin:0;white-space:nowrap">
<iframe src="mail.html" width="{PHONE}" height="6000" style="border:0"></iframe>
<iframe src="mail.html" width="{DESK}" height="6000" style="border:0"></iframe>
<pre id="told"></pre><script src="measure.js"></script>"""
SCRIPT = """
const measure = frame => {
  const doc = frame.contentDocument, win = frame.contentWindow;
  const box = node => node.getBoundingClientRect();
  const all = selector => [...doc.body.querySelectorAll(selector)];
  return {
    scroll: doc.documentElement.scrollWidth,
    wide: all("*").filter(node => box(node).right > frame.width * 1 + 1)
      .map(node => node.outerHTML.slice(0, 80)),
    columns: new Set(all("h3").map(node => Math.round(box(node).left))).size,
    pictures: all("img").map(node => Math.round(box(node).width)),
    hues: all("h1, h2, h3, h3 a, p, p b").map(node => [
      win.getComputedStyle(node).color,
      win.getComputedStyle(node.closest(".s, .f")).backgroundColor]),
    links: all("a").length,
  };
};
addEventListener("load", () => {
  const told = [...document.querySelectorAll("iframe")].map(measure);
  document.getElementById("told").textContent = JSON.stringify(told);
});
"""


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


def browse(*arguments: str) -> str:
    """Run the browser once without a network."""
    command = [
        str(chromium()),
        *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"),
        *("--proxy-server=127.0.0.1:9", "--virtual-time-budget=4000"),
        *arguments,
    ]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    return done.stdout.decode()


def measure(folder: Path, base: str, *, dark: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the mail looks like at both widths; leaves a picture beside it."""
    (folder / "frame.html").write_text(MEASURE, "utf-8")
    (folder / "measure.js").write_text(SCRIPT, "utf-8")
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else []
    window = f"--window-size={PHONE + DESK + 20},6000"
    told = browse(*scheme, window, "--dump-dom", f"{base}/frame.html")
    found = re.search(r'<pre id="told">(.*?)</pre>', told, re.DOTALL)
    assert found, told[-2000:]
    browse(*scheme, window, f"--screenshot={folder / 'look.png'}", f"{base}/frame.html")
    phone, desk = json.loads(markup.unescape(found[1]))
    return phone, desk


def colour(told: str) -> str:
    """``rgb(1, 2, 3)`` as ``#010203``."""
    return "#" + "".join(f"{int(number):02x}" for number in re.findall(r"\d+", told)[:3])


@pytest.mark.part("chromium")
@pytest.mark.parametrize(
    ("template", "language", "dark"),
    [("daily", "en", False), ("daily", "ar", True), ("brief", "en", True), ("quiet", "en", False)],
)
def test_on_a_phone_and_a_desk(
    site: tuple[Path, str], template: str, language: str, dark: bool
) -> None:
    folder, base = site
    for number in range(3):
        Image.new("RGB", (900, 600), (40 * number, 90, 120)).save(folder / f"{number}.png")
    issue = twenty(pictures=base + "/{}.png")
    issue = content(*issue.sections, template=template, language=language)
    variant = Renderer([TEMPLATES], BRAND).render(issue)
    (folder / "mail.html").write_text(fill(variant.html, TOKENS, html=True), "utf-8")

    phone, desk = measure(folder, base, dark=dark)
    assert phone["wide"] == []
    assert (phone["scroll"], desk["scroll"]) == (PHONE, DESK)
    assert phone["links"] >= len(issue.cards)
    if template == "daily":
        assert set(phone["pictures"]) == {PHONE - 48}, "the full width of the column"
        assert desk["columns"] > phone["columns"]
    for ink, ground in [*phone["hues"], *desk["hues"]]:
        assert contrast(colour(ink), colour(ground)) >= 4.5, (ink, ground)
        assert (contrast(colour(ground), "#ffffff") > 10) == dark, "the sheet follows the scheme"
    assert (folder / "look.png").stat().st_size > 10_000
