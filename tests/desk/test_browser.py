"""The desk in a real browser: from the link to the people, without scripts, and to axe."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from digest.people.roles import Grant, Role
from digest.staff.house import COMMAND_LINE
from tests.browser import Browser
from tests.desk.conftest import ADMIN, PASSWORD, Served, secret
from tests.judges.test_axe import RUN
from tests.parts import NODE_MODULES

pytestmark = pytest.mark.part("chromium")
#: 44 pixels for thumbs (WCAG 2.2, 2.5.5), 24 for a mouse (2.5.8)
LEAST = {320: "44", 1100: "24"}
TARGETS = """[...document.querySelectorAll(
  'button, .tick, nav a, summary, input:not([type=hidden])')]
  .filter(one => one.offsetHeight && !one.matches('[type=checkbox]'))
  .filter(one => one.getBoundingClientRect().height < LEAST)
  .map(one => one.outerHTML.slice(0, 120))"""


@dataclass
class Desk:
    """A browser at the desk."""

    served: Served
    url: str
    browser: Browser

    def visit(self, path: str, *, width: int = 800, dark: bool = False) -> None:
        self.browser.visit(f"{self.url}{path}", width=width, dark=dark)

    def run(self, script: str) -> Any:
        return self.browser.evaluate(script)

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.run(f"document.querySelector('main form [name={name}]').value = {value!r}")

    def submit(self, button: str = "main form button") -> None:
        self.run("window.here = 1")
        self.run(f"document.querySelector({button!r}).click()")
        for _ in range(100):
            if self.run("!window.here && document.readyState === 'complete'"):
                return
            time.sleep(0.1)
        pytest.fail("no other page came")

    def heading(self) -> str:
        return str(self.run("document.querySelector('h1').textContent"))

    def judged(self) -> list[str]:
        """What axe objects to, on a phone and a screen, in both colour schemes."""
        here, found = self.run("location.href"), []
        for width, dark in ((320, False), (1100, True)):
            self.browser.visit(here, width=width, dark=dark)
            self.run((NODE_MODULES / "axe-core" / "axe.min.js").read_text("utf-8") + ";0")
            told = self.run(RUN)
            assert told["passes"] > 5
            found += [f"{width}: {one['id']} {one['nodes']}" for one in told["violations"]]
            found += [
                f"{width}: small {one}" for one in self.run(TARGETS.replace("LEAST", LEAST[width]))
            ]
            if self.run("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{width}: wider than the screen")
        return found


@pytest.fixture
def at_the_desk(desk: Callable[..., Served], tmp_path: Path) -> Iterator[Desk]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        served = desk()
        server = uvicorn.Server(uvicorn.Config(served.site, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            with Browser(tmp_path / "profile") as browser:
                yield Desk(served, url, browser)
        finally:
            server.should_exit = True
            thread.join()


def test_from_the_link_to_the_people_without_scripts(at_the_desk: Desk) -> None:
    """An admin by the command line's link invites somebody; all of it by plain forms."""
    desk, served = at_the_desk, at_the_desk.served
    token = served.app.accounts.people.admin("Ann", "ann@paper.example", COMMAND_LINE)
    desk.browser.scripts(run=False)
    desk.visit(f"/desk/welcome/{token}")
    desk.fill(password=PASSWORD)
    desk.submit()
    assert desk.heading() == "Set up your app"
    # The picture is loaded in spite of the policy.
    assert desk.run("document.querySelector('.qr').naturalWidth") > 100
    served.secrets["Ann"] = secret(served.app.accounts.house, 1)
    assert (
        desk.run("document.querySelector('.secret').textContent").replace(" ", "")
        == (served.secrets["Ann"])
    )
    desk.fill(code=served.code("Ann"))
    desk.submit()
    assert desk.heading() == "Codes for a lost phone"
    # No script of a page could read the session.
    assert desk.run("document.cookie") == ""
    desk.visit("/desk/people")
    desk.fill(name="Bob", email="bob@paper.example")
    desk.run("document.querySelector('[value=\"editor:daily\"]').click()")
    desk.submit()
    assert desk.heading() == "A link for Bob"
    link = desk.run("document.querySelector('#link').value")
    assert served.app.accounts.login.by_link(link.rpartition("/")[2])
    desk.submit(".who button")
    assert desk.heading() == "Log in"
    desk.visit("/desk/people")
    desk.fill(email="ann@paper.example", password=PASSWORD)
    desk.submit()
    served.wait(seconds=30)
    desk.fill(code=served.code("Ann"))
    desk.submit()
    assert desk.heading() == "People"


def test_why_the_cookie_is_a_plain_one_on_this_machine(at_the_desk: Desk) -> None:
    """This browser would take a Secure cookie from http on loopback; not every browser does."""
    desk = at_the_desk
    desk.visit("/desk/login")
    desk.run("document.cookie = '__Host-x=1; Secure; Path=/'")
    assert desk.run("document.cookie") == "__Host-x=1"


@pytest.mark.part("axe")
def test_axe_finds_nothing(at_the_desk: Desk) -> None:
    desk, served = at_the_desk, at_the_desk.served
    found: dict[str, list[str]] = {}

    def look(path: str) -> None:
        desk.visit(path)
        objections = desk.judged()
        if objections:
            found[path] = objections

    look("/")
    look("/desk/issues/1")
    token = served.app.accounts.people.admin("Ann", "ann@paper.example", COMMAND_LINE)
    look("/desk/login")
    look(f"/desk/welcome/{token}")
    look("/desk/welcome/none")
    desk.visit(f"/desk/welcome/{token}")
    desk.fill(password=PASSWORD)
    desk.submit()
    look("/desk/login/enrol")
    served.secrets["Ann"] = secret(served.app.accounts.house, 1)
    desk.fill(code=served.code("Ann"))
    desk.submit()
    people = served.app.accounts.people
    people.set_roles(1, [ADMIN, Grant(Role.READERS)], COMMAND_LINE)
    people.invite("Bob", "bob@paper.example", [Grant(Role.EDITOR, "daily")], COMMAND_LINE)
    for path in ("/", "/desk/people", "/desk/people/2", "/desk/account", "/desk/audit"):
        look(path)
    look("/desk/nowhere")
    assert found == {}


@pytest.mark.part("axe")
def test_axe_finds_nothing_in_what_a_post_shows(at_the_desk: Desk) -> None:
    """Pages that have no address of their own, as they are handed in."""
    desk, served = at_the_desk, at_the_desk.served
    ann = served.person("Ann", ADMIN)
    invitation = {"name": "Bob", "email": "bob@paper.example", "grant": "viewer"}
    shown = [
        ann.post("/desk/people/invite", data=invitation),
        ann.post("/desk/people/invite", data=invitation),
        ann.post("/desk/account/password", data={"old": "no", "password": "x"}),
        served.client().post("/desk/login", data={"email": "a@b.example", "password": "x"}),
    ]
    served.wait(minutes=10)
    shown.append(ann.post("/desk/people/invite", data=invitation | {"_code": "1"}))
    styles = "".join(ann.get(one).text for one in ("/style.css", "/desk.css"))
    for answer in shown:
        page = answer.text.replace("</head>", f"<style>{styles}</style></head>")
        desk.browser.show(page, width=320)
        desk.run((NODE_MODULES / "axe-core" / "axe.min.js").read_text("utf-8") + ";0")
        told = desk.run(RUN)
        assert told["violations"] == []
