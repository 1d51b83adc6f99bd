"""Pictures of the desk for docs/editors.md; ``make desk-pictures`` runs this file.

Each is a page of the sample newsroom on a phone and on a screen side by side, half size and in few
colours, to be small. A folder given as an argument gets each page whole, at both widths and in
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
from importlib.resources import as_file
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from PIL import Image

from digest import pipeline, sample
from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.demo import HELD_BACK
from digest.desk.actions import Action, AddBlock, Edit, Move, Pin, Remove, Spare, Subject
from digest.model import (
    Block,
    BlockKind,
    GatheredSource,
    GatherStatus,
    IssueId,
    Reject,
    RejectReason,
    StoryId,
)
from digest.steps import calendar
from digest.store import sources, stories
from digest.store.engine import writing
from tests.browser import Browser
from tests.parts import REPO

HERE = REPO / "docs" / "desk"
#: as the pictures show it in addresses: always the same
PORT = 8642
PHONE, SCREEN, HEIGHT = 375, 1280, 1400
WIDTHS = (375, 1280)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
READER = "amara@example.org"
PAGES = {
    "issues": "/",
    "issue": "/desk/issues/{issue}",
    "story": "/desk/issues/{issue}/stories/{story}",
    "preview": "/desk/issues/{issue}/look",
    "send": "/desk/issues/{issue}/send",
    "calendar": "/desk/calendar",
    "sources": "/desk/sources",
    "source": "/desk/sources/wire",
    "reader": "/desk/readers",
}
#: looked at, and not in the documentation
MORE = {
    "block": "/desk/issues/{issue}/block?kind=sponsor",
    "history": "/desk/issues/{issue}/history",
    "report": "/desk/issues/{sent}/report",
    "sent": "/desk/issues/{sent}",
    "sent-send": "/desk/issues/{sent}/send",
    "people": "/desk/people",
    "account": "/desk/account",
    "record": "/desk/audit",
}


def newsroom(folder: Path) -> tuple[App, dict[str, int]]:
    """The sample newsroom at nine, with a source that fails and a day left out.

    Its brief has gone; tomorrow's issue is filled, and its editors have been at it.
    """
    shutil.copy(REPO / "config.toml", folder)
    clock = SetClock(NOW)
    here = f"http://127.0.0.1:{PORT}"
    told = {
        "web.public_url": here,
        "newsroom.site_url": f"{here}/sample",
        "newsroom.logo_url": f"{here}/sample/pictures/logo.png",
    }
    app = App(load(folder / "config.toml", told), clock)
    app.migrate()
    sample.write(folder / "var/sample", NOW, f"{here}/sample", held_back=HELD_BACK)
    with as_file(sample.subscribers()) as file, file.open("rb") as stream:
        app.people.import_csv(stream, now=NOW, actor="demo")
    clock.at = NOW - timedelta(days=30)
    app.add_subscriber(READER, frozenset(app.parts.editions), "form on the front page", "Amara")
    clock.at = NOW
    pipeline.refresh(app.parts)
    sent = app.newsroom.send_now(app.newsroom.today("africa-brief"))
    sample.write(folder / "var/sample", NOW, f"{here}/sample")
    pipeline.refresh(app.parts)
    app.tick(sending=False)
    fails(app, clock)
    calendar.leave_out(app.parts, app.parts.edition("morning"), date(2026, 11, 28), "Ann")
    issue = app.newsroom.open_next("morning").id
    return app, {"issue": issue, "story": edited(app, issue), "sent": sent.id}


def fails(app: App, clock: SetClock) -> None:
    """Three polls of the wire, none of them answered."""
    bad = Reject(entry="entry 7", reason=RejectReason.NO_LINK)
    found = GatheredSource(
        source="wire", status=GatherStatus.FAILED, note="503 Service Unavailable", rejects=(bad,)
    )
    for _ in range(3):
        clock.at += timedelta(minutes=10)
        with writing(app.engine) as connection:
            kept = stories.keep(connection, found, clock.at)
            sources.record(connection, found, kept, clock.at)


def edited(app: App, issue: IssueId) -> int:
    """What two editors do to an issue in a morning; the story that they wrote over."""
    desk = app.newsroom.desk

    def do(who: str, action: Action) -> None:
        desk.edit(issue, None, who, action)

    draft = desk.look(issue)[1]
    held: dict[str, list[StoryId]] = {}
    for slot in draft.slots:
        held.setdefault(slot.section, []).append(slot.story)
    top, *others = sorted(held, key=lambda slug: slug != "picks")
    standing = {slot.story for slot in draft.slots}
    free = [one.stored.id for one in draft.pool if one.stored.id not in standing]
    lead, second = held[top][0], held[top][1]
    told = draft.headlines[lead]
    do("Ann", Edit(lead, {"headline": f"{told}, and what it means"}))
    do("Ann", Move(story=second, to=1))
    do("Bob", Pin(story=free[0], section=others[0], place=1))
    do("Bob", Remove(held[others[-1]][-1]))
    do("Bob", Spare(top, free[1]))
    do("Ann", Subject("Before breakfast: what the night brought"))
    sponsor = Block(
        id=0,
        kind=BlockKind.SPONSOR,
        title="Tea that keeps its promises",
        text="Picked in the hills above Kericho and packed where it grew.",
        url=f"{app.settings.web.public_url}/sample/",
        label="Sponsored by Leaf & Sons",
        after=top,
    )
    words = "Join our editors at the Halle on Thursday evening; the doors open at seven."
    do("Ann", AddBlock(sponsor))
    do("Bob", AddBlock(Block(id=0, kind=BlockKind.TEXT, title="Meet us", text=words)))
    return lead


@contextmanager
def served(app: App, port: int = 0) -> Iterator[str]:
    """The desk on loopback."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", port))
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
        app, numbers = newsroom(folder)
        with served(app, PORT) as base, Browser(folder / "profile") as chrome:
            for page, path in PAGES.items():
                low = pair(chrome, base + path.format(**numbers), folder)
                # the few pixels of a badge or a mark keep their colour
                how = Image.Quantize.MAXCOVERAGE
                low = low.quantize(256, method=how, dither=Image.Dither.NONE)
                low.save(HERE / f"{page}.png", optimize=True)
            for page, path in (PAGES | MORE).items() if looks else ():
                for width, dark in product(WIDTHS, (False, True)):
                    file = Path(looks or ".") / f"{page}-{width}{'-dark' if dark else ''}.png"
                    shoot(chrome, base + path.format(**numbers), file, width=width, dark=dark)
        app.engine.dispose()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
