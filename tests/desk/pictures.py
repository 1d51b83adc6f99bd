"""Pictures of the desk for docs/editors.md; ``make desk-pictures`` runs this file.

Each is a page of the sample newsroom on a phone and on a screen side by side, half size and in few
colours, to be small. A folder given as an argument gets each page whole, at three widths and in
both schemes, to be looked at.
"""

import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from PIL import Image

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.demo import run_demo
from digest.model import GatheredSource, GatherStatus, IssueId, Reject, RejectReason
from digest.steps import calendar
from digest.store import sources, stories
from digest.store.engine import writing
from tests.browser import Browser
from tests.parts import REPO

HERE = REPO / "docs" / "desk"
PHONE, SCREEN, HEIGHT = 375, 1280, 1400
WIDTHS = (375, 800, 1280)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
READER = "amara@example.org"
PAGES = {
    "issues": "/",
    "issue": "/desk/issues/{issue}",
    "calendar": "/desk/calendar",
    "sources": "/desk/sources",
    "source": "/desk/sources/wire",
    "reader": "/desk/readers",
}


def newsroom(folder: Path) -> tuple[App, IssueId]:
    """The sample newsroom after its first issue, with a source that fails and a day left out."""
    shutil.copy(REPO / "config.toml", folder)
    clock = SetClock(NOW)
    app = App(load(folder / "config.toml", {}), clock)
    run_demo(app)
    app.add_subscriber(READER, frozenset(app.parts.editions), "form on the front page", "Amara")
    app.tick(sending=False)
    bad = Reject(entry="entry 7", reason=RejectReason.NO_LINK)
    found = GatheredSource(
        source="wire", status=GatherStatus.FAILED, note="503 Service Unavailable", rejects=(bad,)
    )
    for _ in range(3):
        clock.at += timedelta(minutes=10)
        with writing(app.engine) as connection:
            kept = stories.keep(connection, found, clock.at)
            sources.record(connection, found, kept, clock.at)
    calendar.leave_out(app.parts, app.parts.edition("morning"), date(2026, 11, 28), "Ann")
    return app, app.newsroom.open_next("morning").id


@contextmanager
def served(app: App) -> Iterator[str]:
    """The desk on loopback."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        site = app.pages.sites()[0].site
        server = uvicorn.Server(uvicorn.Config(site, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def shoot(browser: Browser, url: str, file: Path, *, width: int, dark: bool) -> Image.Image:
    """One page at a width; that about a reader by its form, as it has no address."""
    browser.visit(url, width=width, dark=dark)
    if url.endswith("/readers"):
        browser.evaluate(f"document.querySelector('[name=email]').value = {READER!r}")
        browser.evaluate("document.querySelector('main form').submit()")
        _until(browser, "location.pathname.endsWith('/find') && document.readyState=='complete'")
    browser.picture(file)
    with Image.open(file) as taken:
        return taken.convert("RGB")


def _until(browser: Browser, told: str) -> None:
    for _ in range(100):
        if browser.evaluate(told):
            return
        time.sleep(0.1)
    raise TimeoutError(told)


def pair(browser: Browser, url: str, folder: Path) -> Image.Image:
    """A page on a phone and on a screen."""
    whole = Image.new("RGB", (PHONE + SCREEN + 16, HEIGHT), "#888888")
    for width, left in ((PHONE, 0), (SCREEN, PHONE + 16)):
        taken = shoot(browser, url, folder / "look.png", width=width, dark=False)
        whole.paste(taken.crop((0, 0, width, min(HEIGHT, taken.height))), (left, 0))
    return whole.resize((whole.width // 2, whole.height // 2), Image.Resampling.LANCZOS)


def main(looks: Path | None) -> None:
    """Take every picture anew."""
    HERE.mkdir(exist_ok=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        app, issue = newsroom(folder)
        with served(app) as base, Browser(folder / "profile") as chrome:
            for page, path in PAGES.items():
                url = base + path.format(issue=issue)
                low = pair(chrome, url, folder).quantize(64, dither=Image.Dither.NONE)
                low.save(HERE / f"{page}.png", optimize=True)
                for width in WIDTHS if looks else ():
                    for dark in (False, True):
                        file = Path(looks or ".") / f"{page}-{width}{'-dark' if dark else ''}.png"
                        shoot(chrome, url, file, width=width, dark=dark)
        app.engine.dispose()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
