"""The preference page in a real browser: with its script and without, by keyboard, and to axe."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import uvicorn

from digest import sample
from subscribers.model import Choice, Preferences
from tests.browser import Browser
from tests.judges.test_axe import RUN
from tests.languages.readers import NOBODYS, NOW, Readers, readers
from tests.parts import NODE_MODULES

pytestmark = pytest.mark.part("chromium")

#: what a person can be found in; each is told from a fresh start
STATES = ("normal", "saved", "paused", "left", "suppressed", "refused", "undo", "expired")
TARGETS = """[...document.querySelectorAll('button, select, .choice, summary, nav a, [type=date]')]
  .filter(one => one.offsetHeight && one.getBoundingClientRect().height < 44)
  .map(one => one.outerHTML.slice(0, 120))"""


@dataclass(frozen=True)
class Served:
    """The sample newsroom's pages, served on this machine to a browser."""

    house: Readers
    url: str
    browser: Browser
    stop: Callable[[], None]

    def show(self, path: str = "", *, width: int = 320, dark: bool = False, tag: str = "") -> None:
        """Open a page of the reader; their preference page where none is named."""
        there = f"{self.url}{path or self.house.preferences}"
        self.browser.visit(f"{there}?lang={tag}" if tag else there, width=width, dark=dark)

    def run(self, script: str) -> Any:
        return self.browser.evaluate(script)

    def until(self, script: str, wanted: object = True) -> None:
        """Wait until a script comes to that, for ten seconds."""
        for _ in range(100):
            if self.run(script) == wanted:
                return
            time.sleep(0.1)
        pytest.fail(f"{script} is {self.run(script)!r}, not {wanted!r}")

    def submit(self, button: str) -> None:
        """Press a button that leads to another page, and wait for that."""
        self.run("window.here = 1")
        self.run(f"document.querySelector({button!r}).click()")
        self.until("!window.here && document.readyState === 'complete'")

    def said(self, text: str) -> None:
        self.until("document.querySelector('#told p').textContent", text)

    def known(self) -> Preferences:
        path = self.house.preferences.removeprefix("/p/")
        return self.house.app.people.preferences_of(path, NOW)

    def afresh(self) -> None:
        """As on the first day: nothing chosen, one newsletter."""
        tables = ("suppression", "preference", "subscription", "subscriber", "consent_event")
        with self.house.app.engine.begin() as connection:
            for name in tables[:2]:
                connection.execute(sa.delete(sa.table(name)))
            columns = ("paused_until", "send_hour", "time_zone", "language", "frequency")
            person = sa.table("subscriber", *map(sa.column, columns))
            unsaid = {**dict.fromkeys(columns[:2]), "time_zone": "", "language": ""}
            connection.execute(sa.update(person).values(**unsaid, frequency="every"))
        chosen = Choice(editions=frozenset({"morning"}))
        path = self.house.preferences.removeprefix("/p/")
        self.house.app.people.set_preferences(path, chosen, NOW)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("house")
    house = readers(folder)
    sample.write(folder / "var/sample", NOW, "http://127.0.0.1:8000/sample")
    house.app.tick(sending=False)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        config = uvicorn.Config(house.app.pages.sites()[0].site, log_level="critical")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()

        def stop() -> None:
            server.should_exit = True
            thread.join(20)

        try:
            with Browser(tmp_path_factory.mktemp("profile")) as browser:
                url = f"http://127.0.0.1:{listening.getsockname()[1]}"
                yield Served(house, url, browser, stop)
        finally:
            stop()
            house.app.engine.dispose()


@pytest.fixture
def page(served: Served) -> Served:
    """The page of somebody who chose nothing yet."""
    served.afresh()
    served.browser.scripts(run=True)
    served.browser.zone("UTC")
    return served


def into(page: Served, state: str, *, tag: str, dark: bool) -> None:
    """Bring the page into one of ``STATES`` as a person would."""
    page.afresh()
    match state:
        case "expired":
            page.show("/p/forged", tag=tag, dark=dark)
            return
        case "undo":
            undo = page.house.app.people.undo.path_after("A" * 22, NOW, everything=True)
            page.show(undo, tag=tag, dark=dark)
            return
        case "suppressed":
            page.house.app.people.suppress(page.house.reader, reason="bounce", now=NOW)
    page.show(tag=tag, dark=dark)
    match state:
        case "saved":
            page.run("document.querySelector('[name=topic]').click()")
            page.until("document.getElementById('told').matches('.shown')")
            page.until("!document.querySelector('#told button').hidden")
        case "paused":
            page.submit("[name=pause][value=month]")
        case "left":
            page.submit("[name=leave_all]")
        case "refused":
            page.run("document.getElementById('pause-to').noValidate = true")
            page.submit("[name=pause][value=until]")


@pytest.mark.part("axe")
@pytest.mark.parametrize("tag", ["en", "ar"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_has_nothing_to_say_at_320_pixels(page: Served, dark: bool, tag: str) -> None:
    axe = (NODE_MODULES / "axe-core" / "axe.min.js").read_text("utf-8") + ";0"
    for state in STATES:
        into(page, state, tag=tag, dark=dark)
        assert page.run("document.documentElement.lang") == tag, state
        assert page.run("document.documentElement.scrollWidth") == 320, state
        assert page.run(TARGETS) == [], state
        page.run(axe)
        told = page.run(RUN)
        assert told["violations"] == [], state
        assert told["passes"] > 10, state


def test_each_change_is_saved_at_once_and_the_last_taken_back(page: Served) -> None:
    page.show()
    assert page.run("document.getElementById('save').hidden")
    before = page.run("document.getElementById('next').textContent")
    page.run("document.querySelector('[name=region][value=africa]').click()")
    page.said("Saved.")
    assert page.known().regions == {"africa"}
    assert page.run("document.getElementById('next').textContent") != before
    page.run("document.querySelector('[name=frequency][value=weekdays]').click()")
    page.until("document.getElementById('state').textContent.includes('From Monday to Friday.')")
    assert page.known().frequency == "weekdays"
    page.until("document.querySelector('#told button').hidden", wanted=False)
    page.run("document.querySelector('#told button').click()")
    page.said("The last change is taken back.")
    assert (page.known().frequency, page.known().regions) == ("every", {"africa"})
    assert page.run("document.querySelector('[name=frequency]:checked').value") == "every"
    assert page.run("document.activeElement === document.querySelector('#told p')")


def test_many_changes_in_a_row_end_as_the_last(page: Served) -> None:
    page.show()
    page.run("document.querySelectorAll('[name=topic]').forEach(one => one.click())")
    page.run("document.querySelector('[name=topic]').click()")
    topics = page.run("document.querySelectorAll('[name=topic]').length")
    for _ in range(50):
        if len(page.known().topics) == topics - 1:
            break
        time.sleep(0.1)
    page.said("Saved.")
    assert len(page.known().topics) == topics - 1


def change(page: Served, name: str, value: str) -> None:
    field = f"document.getElementById({name!r})"
    page.run(f"{field}.value = {value!r}; {field}.dispatchEvent(new Event('change', {BUBBLES}))")


BUBBLES = "{bubbles: true}"


def test_the_time_zone_is_guessed_for_an_hour(page: Served) -> None:
    page.browser.zone("Africa/Nairobi")
    page.show()
    change(page, "send_hour", "7")
    page.said("Saved.")
    assert (page.known().send_hour, page.known().time_zone) == (7, "Africa/Nairobi")
    assert "07:00 by the clock of Nairobi" in page.run(
        "document.getElementById('state').textContent"
    )
    change(page, "time_zone", "Europe/Paris")
    page.until("document.getElementById('state').textContent.includes('Paris')")
    assert page.known().time_zone == "Europe/Paris"


def test_a_day_chosen_means_once_a_week(page: Served) -> None:
    page.show()
    change(page, "weekly_on", "2")
    page.said("Saved.")
    assert (page.known().frequency, page.known().weekly_on) == ("weekly", 2)


def test_without_a_script_the_form_does_the_same(page: Served) -> None:
    page.browser.scripts(run=False)
    page.show()
    assert not page.run("document.getElementById('save').hidden")
    page.run("document.querySelector('[name=region][value=africa]').checked = true")
    page.run("document.querySelector('[name=frequency][value=weekdays]').checked = true")
    page.run("document.getElementById('send_hour').value = '7'")
    page.submit("#save button")
    assert "Saved." in page.run("document.querySelector('.notice.good').textContent")
    known = page.known()
    assert (known.regions, known.frequency, known.send_hour) == ({"africa"}, "weekdays", 7)
    assert known.editions == {"morning"}


def test_pause_go_on_leave_and_undo(page: Served) -> None:
    for run in (True, False):
        page.browser.scripts(run=run)
        page.show()
        page.submit("[name=pause][value=week]")
        assert page.known().paused_until is not None
        page.submit("[name=go_on]")
        assert page.known().paused_until is None
        page.submit("[name=leave_all]")
        assert page.known().editions == set()
        page.submit("#left button")
        assert page.known().editions == {"morning"}
        assert page.run("location.pathname") == page.house.preferences


def test_leaving_one_can_be_undone_without_loading_anew(page: Served) -> None:
    page.show()
    page.run("document.querySelector('[name=edition][value=morning]').click()")
    page.until("!!document.querySelector('#left button')")
    assert page.known().editions == set()
    page.submit("#left button")
    assert page.known().editions == {"morning"}


def test_a_refused_form_is_told_first(page: Served) -> None:
    into(page, "refused", tag="en", dark=False)
    assert page.run("document.activeElement.id") == "wrong"
    page.run("document.querySelector('#wrong a').click()")
    assert page.run("document.activeElement.id") == "pause_until"


def test_what_cannot_be_saved_says_what_to_do(page: Served) -> None:
    page.show()
    page.run("document.querySelector('[name=style]').value = 'made-up'")
    page.run("document.querySelector('[name=style]').checked = false")
    page.run("document.querySelector('[name=style]').click()")
    page.until("document.getElementById('told').matches('.bad')")
    told = page.run("document.querySelector('#told p').textContent")
    assert told.startswith("This form holds a choice that we do not offer.")
    assert not page.run("document.getElementById('save').hidden")


def test_by_keyboard_alone(page: Served) -> None:
    page.show(width=800)
    seen = []
    for _ in range(40):
        page.browser.press("Tab")
        seen.append(page.run("document.activeElement.name || document.activeElement.className"))
        if seen[-1] == "edition":
            break
    assert seen[0] == "skip"
    assert seen[-1] == "edition"
    page.browser.press(" ")
    page.said("Saved.")
    assert page.known().editions == set()
    for _ in range(60):
        page.browser.press("Tab")
        if page.run("document.activeElement.value") == "week":
            break
    box = page.run("document.activeElement.getBoundingClientRect().toJSON()")
    bar = page.run("document.getElementById('told').getBoundingClientRect().toJSON()")
    assert box["bottom"] <= bar["top"] or box["top"] >= bar["bottom"], "the bar hides nothing"
    page.browser.press("Enter")
    page.until("location.search", "?done=paused")
    assert page.known().paused_until is not None


def test_a_leave_link_by_hand(page: Served) -> None:
    for run in (True, False):
        page.browser.scripts(run=run)
        page.show(NOBODYS)
        page.submit("[name=scope][value=this]")
        assert page.run("document.querySelector('h1').textContent") == "Done"
        page.run("document.querySelector('[name=reason]').checked = true")
        page.submit("form[action='../left'] button")
        assert page.run("document.querySelector('h1').textContent") == "Thank you"


def test_nothing_moves_for_those_who_want_no_motion() -> None:
    from digest import bundled

    style = (bundled.templates("web") / "style.css").read_text("utf-8")
    still = style.split("@media (prefers-reduced-motion: no-preference)")
    assert "transition" in still[1]
    assert not any(word in still[0] for word in ("transition", "animation", "smooth"))


def test_when_we_cannot_be_reached(page: Served, tmp_path: Path) -> None:
    page.show()
    page.stop()
    page.run("document.querySelector('[name=region]').click()")
    page.said("Not saved: we could not be reached. Check your connection, then press Save.")
    assert not page.run("document.getElementById('save').hidden")
    page.browser.picture(tmp_path / "failed.png")
