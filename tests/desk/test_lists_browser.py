"""The calendar, the sources and the readers' page in a real browser, and to axe."""

from datetime import timedelta

import pytest

from digest.model import GatheredSource, GatherStatus, Reject, RejectReason
from digest.store import sources, stories
from digest.store.engine import writing
from tests.desk.conftest import NOW
from tests.desk.test_browser import Desk, at_the_desk  # noqa: F401 - a fixture
from tests.judges.test_axe import RUN
from tests.parts import NODE_MODULES

pytestmark = [pytest.mark.part("chromium"), pytest.mark.part("axe")]
ADDRESS = "mia@mail.example"


def worked(desk: Desk) -> None:
    """Days, polls and a reader with a history."""
    app = desk.served.app
    app.add_subscriber(ADDRESS, frozenset({"daily", "weekly"}), "paper form, 3 May", "Mia")
    for _ in range(4):
        desk.served.wait(hours=1)
        app.tick()
    bad = Reject(
        entry="https://wire.example/a-long-way/down/" + "x" * 80, reason=RejectReason.NO_LINK
    )
    found = GatheredSource(source="wire", status=GatherStatus.FAILED, note="503", rejects=(bad,))
    with writing(app.engine) as connection:
        for minutes in (5, 10):
            now = NOW + timedelta(hours=4, minutes=minutes)
            sources.record(connection, found, stories.keep(connection, found, now), now)


def test_axe_finds_nothing_in_the_calendar_and_the_sources(
    at_the_desk: Desk,  # noqa: F811 - pytest's way
) -> None:
    worked(at_the_desk)
    found = {}
    for path in ("/desk/calendar", "/desk/sources", "/desk/sources/wire", "/desk/readers"):
        at_the_desk.visit(path)
        if objections := at_the_desk.judged():
            found[path] = objections
    assert found == {}


def test_a_reader_is_found_and_leaves_by_plain_forms(
    at_the_desk: Desk,  # noqa: F811 - pytest's way
) -> None:
    """All of it without scripts; no address comes into the bar. Then axe looks."""
    desk = at_the_desk
    worked(desk)
    desk.browser.scripts(run=False)
    desk.visit("/desk/readers")
    desk.fill(email=ADDRESS)
    desk.submit()
    assert desk.heading() == "m•••@mail.example"
    assert str(desk.run("location.href")).endswith("/desk/readers/find")
    desk.fill(how="letter of 3 May")
    desk.submit("[value='leave daily']")
    assert "They have left it." in desk.run("document.body.textContent")
    desk.browser.scripts(run=True)
    page = desk.run("document.documentElement.outerHTML")
    client = desk.served.client()
    for name in ("style.css", "desk.css", "desk_lists.css"):
        page = page.replace("</head>", f"<style>{client.get(f'/{name}').text}</style></head>")
    desk.browser.show(page, width=320)
    desk.run((NODE_MODULES / "axe-core" / "axe.min.js").read_text("utf-8") + ";0")
    assert desk.run(RUN)["violations"] == []
    assert not desk.run("document.documentElement.scrollWidth > innerWidth")
