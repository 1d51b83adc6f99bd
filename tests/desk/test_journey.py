"""A morning at the desk in a real browser: edit, reorder by keyboard, look, approve; and to axe."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from digest.desk.actions import Subject
from digest.model import IssueState, StoryId
from tests.browser import Browser
from tests.desk.room import Bench, opened
from tests.desk.test_issue_page import HOSTILE
from tests.judges.test_axe import RUN
from tests.making import parsed
from tests.parts import NODE_MODULES

pytestmark = pytest.mark.part("chromium")

#: targets under 24 px (WCAG 2.5.8), links in sentences apart
SMALL = """[...document.querySelectorAll(
  'button, summary, input:not([type=hidden]), select, .tabs a')]
  .filter(one => one.offsetHeight && !one.closest('label, .hidden') && !one.matches('.hidden'))
  .filter(one => one.getBoundingClientRect().height < 24)
  .map(one => one.outerHTML.slice(0, 120))"""


@dataclass
class Morning:
    """A browser before an issue."""

    bench: Bench
    url: str
    browser: Browser

    def visit(self, path: str = "", *, width: int = 1280, dark: bool = False) -> None:
        self.browser.visit(f"{self.url}{self.bench.path}{path}", width=width, dark=dark)

    def run(self, script: str) -> Any:
        return self.browser.evaluate(script)

    def until(self, script: str, wanted: object = True) -> None:
        for _ in range(100):
            if self.run(script) == wanted:
                return
            time.sleep(0.1)
        pytest.fail(f"{script} is {self.run(script)!r}, not {wanted!r}")

    def key(self, key: str, *, shift: bool = False) -> None:
        """A key, where the focus is."""
        told = f"{{key: {key!r}, shiftKey: {str(shift).lower()}, bubbles: true, cancelable: true}}"
        self.run(f"document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {told}))")

    def submit(self, button: str) -> None:
        self.run("window.here = 1")
        self.run(f"document.querySelector({button!r}).click()")
        self.until("!window.here && document.readyState === 'complete'")


@pytest.fixture
def morning(tmp_path: Path) -> Iterator[Morning]:
    yield from served(opened(tmp_path), tmp_path)


def served(bench: Bench, folder: Path) -> Iterator[Morning]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(bench.client.app, log_level="critical", proxy_headers=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            with Browser(folder / "profile") as browser:
                yield Morning(bench, url, browser)
        finally:
            server.should_exit = True
            thread.join()
            bench.app.engine.dispose()


def test_edit_reorder_look_approve(morning: Morning) -> None:
    bench = morning.bench
    first, second, *_ = bench.order()
    morning.visit()
    # j goes to the first story, Shift and an arrow move it; the focus stays, and it is said.
    morning.key("j")
    assert morning.run("document.activeElement.closest('.story').id") == f"story-{first}"
    morning.key("ArrowDown", shift=True)
    morning.until("document.getElementById('live').textContent.endsWith('moved to 2')")
    assert bench.order()[:2] == [second, first]
    assert morning.run("document.activeElement.closest('.story').id") == f"story-{first}"
    # What somebody else does meanwhile is told, and what is typed stays.
    morning.run("document.querySelector('#words details').open = true")
    morning.run("document.getElementById('subject').value = 'Half a'")
    bench.app.newsroom.desk.edit(bench.issue.id, None, "Anna", Subject("Anna’s subject"))
    morning.run("dispatchEvent(new Event('visibilitychange'))")
    morning.until("!document.getElementById('news').hidden")
    assert morning.run("document.querySelector('#news p').textContent").startswith("Anna: subject")
    assert morning.run("document.getElementById('subject').value") == "Half a"
    # Saving it now tells of the conflict, with both.
    morning.run("document.querySelector('button[value=subject]').click()")
    morning.until("document.querySelector('h1').textContent", "Changed meanwhile")
    assert morning.run("document.getElementById('mine-subject').value") == "Half a"
    morning.run("document.querySelector('.edit button').click()")
    morning.until("document.querySelector('.inbox-row bdi')?.textContent.startsWith('Half a')")
    # e edits the story
    morning.visit()
    morning.key("j")
    morning.run("window.here = 1")
    morning.key("e")
    morning.until("!window.here && document.readyState === 'complete'")
    morning.run("document.getElementById('headline').value = 'A headline of ours'")
    morning.submit(".edit .tools button")
    assert bench.draft.headlines[StoryId(second)] == "A headline of ours"
    morning.visit("/look")
    assert morning.run("document.querySelectorAll('.frames iframe').length") == 2
    morning.visit("/send")
    morning.submit("form[action$='/approve'] button")
    assert bench.now.state is IssueState.APPROVED


def test_without_scripts_all_of_it_works_too(morning: Morning) -> None:
    bench = morning.bench
    first, second, *_ = bench.order()
    morning.browser.scripts(run=False)
    morning.visit()
    morning.submit(f"#down-{first}")
    assert bench.order()[:2] == [second, first]
    assert morning.run("document.getElementById('said').textContent").endswith("moved to 2")
    free = morning.run("document.querySelector('#pool .story').dataset.pool")
    morning.submit("#pool .story button")
    assert int(free) in [slot.story for slot in bench.draft.hand.placed]


def test_keys_of_one_letter_can_be_switched_off(morning: Morning) -> None:
    morning.visit()
    morning.key("?")
    assert morning.run("document.getElementById('help').open")
    morning.run("document.getElementById('keys-on').click()")
    morning.run("document.getElementById('help').close()")
    morning.visit()
    morning.key("j")
    assert morning.run("document.querySelector('.story.here')") is None


@pytest.mark.part("axe")
def test_axe(morning: Morning) -> None:
    bench = morning.bench
    story = bench.order()[0]
    bench.act(f"edit {story}", headline="Another headline", **{"headline-seen": "x"})
    bench.act("block add", kind="sponsor", title="Tea", label="Sponsored by Leaf", after="picks")
    axe = (NODE_MODULES / "axe-core" / "axe.min.js").read_text("utf-8") + ";0"
    paths = ("", f"?replace={story}", f"/stories/{story}", "/block?kind=sponsor", "/look?as=forced")
    for path in (*paths, "/send", "/history", "?q=nothing+like+it"):
        for width, dark in ((320, False), (1280, True)):
            morning.visit(path, width=width, dark=dark)
            morning.run("document.querySelectorAll('details').forEach(one => one.open = true)")
            morning.run(axe)
            told = morning.run(RUN)
            assert told["violations"] == [], (path, width)
            assert told["passes"] > 20
            morning.run("document.querySelectorAll('.more').forEach(one => one.open = false)")
            wide = morning.run("document.documentElement.scrollWidth")
            assert wide == width, path
            assert morning.run(SMALL) == [], (path, width)


def test_nothing_of_a_hostile_story_runs(tmp_path: Path) -> None:
    told = [parsed(n, n, headline=f"{text} {n}", standfirst=text) for n, text in enumerate(HOSTILE)]
    for morning in served(opened(tmp_path, told), tmp_path):
        story = morning.bench.order()[0]
        for path in ("?show=all", f"/stories/{story}", "/look", "/mail"):
            morning.visit(path)
            assert morning.run("document.title") != "x"
            assert morning.run("document.querySelectorAll('img[src=x], svg').length") == 0
            scripts = morning.run("[...document.scripts].map(one => one.src).filter(one => one)")
            assert [one.rpartition("/")[2] for one in scripts] == ["desk.js"][: path != "/mail"]
