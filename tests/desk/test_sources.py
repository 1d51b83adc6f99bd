"""The pages about sources: how they do, read now, left alone, what they answered."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from digest.model import GatheredSource, GatherStatus, KeptBody, Reject, RejectReason, SourceMemory
from digest.people.roles import Grant, Role
from digest.store import sources, stories
from digest.store.engine import writing
from digest.web.desk_sources import ago
from tests.desk.conftest import ADMIN, Served

Make = Callable[..., Served]


@pytest.fixture
def served(desk: Make) -> Served:
    made = desk()
    made.person("Boss", ADMIN)
    return made


@pytest.fixture
def ed(served: Served) -> TestClient:
    return served.person("Ed", Grant(Role.EDITOR))


def polled(served: Served, found: GatheredSource) -> None:
    now = served.clock.now()
    with writing(served.app.engine) as connection:
        sources.record(connection, found, stories.keep(connection, found, now), now)


def test_each_source_has_a_card_and_who_ails_is_marked(served: Served, ed: TestClient) -> None:
    page = ed.get("/desk/sources").text
    assert "All 1 do well." in page
    assert '<span class="badge good">good</span>' in page
    assert "Daily, Weekly" in page
    served.wait(hours=1)
    polled(served, GatheredSource(source="wire", status=GatherStatus.FAILED, note="<timed out>"))
    page = ed.get("/desk/sources").text
    assert "1 of 1 want a look" in page
    assert "&lt;timed out&gt;" in page


def test_what_each_poll_brought_and_what_was_not_usable(served: Served, ed: TestClient) -> None:
    bad = Reject(entry="entry 7", reason=RejectReason.NO_LINK, detail="no address")
    body = KeptBody(url="https://wire.example/feed", content="<rss>é</rss>".encode())
    found = GatheredSource(
        source="wire", status=GatherStatus.OK, rejects=(bad,), body=body, memory=SourceMemory()
    )
    served.wait(hours=1)
    polled(served, found)
    page = ed.get("/desk/sources/wire").text
    assert "no link: entry 7" in page
    assert "a file, 0.0 kB" in page
    link = page.partition('href="/desk/sources/wire/documents/')[2].partition('"')[0]
    answer = ed.get(f"/desk/sources/wire/documents/{link}")
    assert answer.text == "<rss>é</rss>"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert ed.get("/desk/sources/wire/documents/99").status_code == 404
    assert ed.get("/desk/sources/none").status_code == 404


def test_a_source_is_read_now(served: Served, ed: TestClient) -> None:
    (served.app.settings.sources[0].path / "2.md").write_text(  # type: ignore[operator,union-attr]  # a folder
        "---\ntitle: Ferries return\nurl: https://paper.example/2\n"
        "date: 2026-11-24T04:30:00Z\n---\n"
        "They had been away, too.\n"
    )
    answer = ed.post("/desk/sources/wire", data={"do": "retry"})
    assert "Read now: ok, 2 stories, 1 of them new." in answer.text
    acts = [one.act for one in served.app.accounts.record()]
    assert (acts[-1].who, acts[-1].what, acts[-1].about) == ("Ed", "read source", "source wire")


def test_a_source_is_left_alone_until_it_is_read_again(served: Served, ed: TestClient) -> None:
    answer = ed.post("/desk/sources/wire", data={"do": "pause"})
    assert answer.headers["location"] == "/desk/sources/wire?done=pause"
    assert "paused by Ed" in ed.get("/desk/sources").text
    before = served.app.newsroom.source_states()[0].last_polled_at
    served.wait(hours=2)
    served.app.tick(sending=False)
    assert served.app.newsroom.source_states()[0].last_polled_at == before
    refused = ed.post("/desk/sources/wire", data={"do": "retry"})
    assert (refused.status_code, "it is paused" in refused.text) == (409, True)
    ed.post("/desk/sources/wire", data={"do": "resume"})
    served.app.tick(sending=False)
    assert served.app.newsroom.source_states()[0].last_polled_at == served.clock.now()
    assert ed.post("/desk/sources/wire", data={"do": "burn"}).status_code == 400


def test_who_asked_for_rest_gets_it(served: Served, ed: TestClient) -> None:
    rest = SourceMemory(not_before=served.clock.now() + timedelta(hours=5))
    polled(served, GatheredSource(source="wire", status=GatherStatus.FAILED, memory=rest))
    refused = ed.post("/desk/sources/wire", data={"do": "retry"})
    assert (refused.status_code, "it asked to be left alone" in refused.text) == (409, True)
    assert "asked to be left alone until 2026-11-24 10:00 UTC" in refused.text


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0 min"), (7140, "119 min"), (7200, "2 h"), (864000, "10 days")]
)
def test_how_long_ago(seconds: float, told: str) -> None:
    assert ago(seconds) == told
