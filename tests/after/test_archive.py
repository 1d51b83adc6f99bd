"""The archive: issues that have gone as pages for anybody, their feed, and taking them back."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from digest.config import load
from digest.config.editions import editions
from digest.store.archive import Archived
from digest.web.archive import atom
from digest.web.guard import COPY_POLICY
from tests.after.conftest import Make
from tests.after.room import CONFIG, furnish, write
from tests.making import edition

HOSTILE = (
    '</title><script>document.title="ran"</script><img src=x onerror=document.title="ran">',
    "{{ 7 * 7 }}{% raw %}]]></summary><x>",
    '"><svg onload=document.title="ran">\x07\ufffe',
)


def test_the_whole_issue_for_anybody(make: Make) -> None:
    room = make("count_clicks = true")
    assert room.client.get("/archive/daily/2026-11-24").status_code == 404
    issue = room.send()
    index = room.client.get("/archive/daily/")
    assert index.status_code == 200
    assert index.headers["x-robots-tag"] == "all"
    (entry,) = re.findall(r'<a href="(2026[^"]*)"', index.text)
    page = room.client.get(f"/archive/daily/{entry}")
    assert page.headers["content-security-policy"] == COPY_POLICY
    for word in ("Ferry library", "Night trains", "River towns"):
        assert word in page.text
    for word in ("Ann", "/u/", "/p/", "/v/", "/c/", "utm_", "Unsubscribe"):
        assert word not in page.text
    assert 'href="https://meridian.example/2"' in page.text
    for named, wanted in (("https:evil.example", "https%3Aevil.example"), ("daily", "daily")):
        there = room.client.get(f"/archive/{named}").headers["location"]
        assert there == f"/archive/{wanted}/"
    assert room.client.get("/archive/daily", follow_redirects=True).status_code == 200
    for wrong in ("2026-11-25", "2026-11-24-2", "2026-11-24-1", "2026-13-24", "x", "%00", "2026"):
        assert room.client.get(f"/archive/daily/{wrong}").status_code == 404, wrong
    assert room.client.get("/archive/weekly/").status_code == 404
    assert room.client.get("/archive/weekly/feed.xml").status_code == 404
    assert room.client.post("/archive/daily/").status_code == 405
    feed = room.client.get("/archive/daily/feed.xml")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    (told,) = ET.fromstring(feed.content).iterfind("{*}entry")
    link = told.find("{*}link")
    assert link is not None
    assert link.get("href") == "http://127.0.0.1:8000/archive/daily/2026-11-24"
    summary = told.findtext("{*}summary") or ""
    assert summary.count("return to the north") == 3
    assert issue.sent_at is not None
    assert told.findtext("{*}updated") == issue.sent_at.isoformat(timespec="seconds")


def test_taken_back_and_shown_again(make: Make) -> None:
    from digest.steps import archive

    room = make()
    issue = room.send()
    mail = room.mails(issue)["Ann"].as_string().replace("=\n", "")
    copy = re.findall(r"http://127\.0\.0\.1:8000(/v/[\w-]+)", mail)[0]
    assert room.client.get(copy).status_code == 200
    archive.withdraw(room.app.parts, issue.id, "ed", "a court said so")
    for path in (copy, "/archive/daily/2026-11-24"):
        answer = room.client.get(path, headers={"Accept-Language": "fr"})
        assert answer.status_code == 410
        assert "Ferry" not in answer.text
        assert 'lang="fr"' in answer.text
    assert "2026-11-24" not in room.client.get("/archive/daily/").text
    assert "2026-11-24T" not in room.client.get("/archive/daily/feed.xml").text
    archive.restore(room.app.parts, issue.id, "ed", "")
    for path in (copy, "/archive/daily/2026-11-24"):
        assert room.client.get(path).status_code == 200


def test_an_edition_without_an_archive(tmp_path: Path) -> None:
    room = furnish(tmp_path, "archive = false")
    issue = room.send()
    assert issue.sent_at is not None
    for path in ("", "feed.xml", "2026-11-24"):
        assert room.client.get(f"/archive/daily/{path}").status_code == 404


def test_what_only_members_get_is_in_no_archive(tmp_path: Path) -> None:
    club = '[[segments]]\nname = "club"\nfilter = { tag = "club" }\n'
    only = 'segments = ["club"]'
    for number, (more, wanted) in enumerate(
        (("", True), (only, False), (f"{only}\narchive = true", True))
    ):
        file = tmp_path / f"{number}.toml"
        file.write_text(CONFIG.format(more=more) + club)
        assert editions(load(file, {}), ())["daily"].archive is wanted


@pytest.mark.part("chromium")
def test_hostile_titles_do_nothing(tmp_path: Path) -> None:
    import socket
    import threading

    import uvicorn

    from tests.browser import Browser

    room = furnish(tmp_path)
    for number, title in enumerate(HOSTILE):
        write(tmp_path, number, title.replace("'", "''").replace("\x07\ufffe", ""))
    room.app.tick()
    issue = room.send()
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        port = bound.getsockname()[1]
        site = room.app.pages.sites()[0].site
        server = uvicorn.Server(uvicorn.Config(site, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            with Browser(tmp_path / "profile") as browser:
                for path in (
                    "/archive/daily/",
                    f"/desk/issues/{issue.id}/report",
                    "/archive/daily/2026-11-24",
                ):
                    browser.visit(f"http://127.0.0.1:{port}{path}")
                    assert browser.evaluate("document.title") != "ran"
                    foreign = "document.querySelectorAll('script:not([src=\\'/desk.js\\']), svg')"
                    assert browser.evaluate(f"{foreign}.length") == 0
                assert browser.evaluate("document.body.innerText.includes('<svg onload=')")
        finally:
            server.should_exit = True
            thread.join()


def test_a_feed_says_anything() -> None:
    at = datetime(2026, 11, 24, 6, tzinfo=UTC)
    issues = [
        Archived(
            issue=number,  # type: ignore[arg-type]  # a plain number does
            edition="daily",
            local_date=date(2026, 11, 24) - timedelta(days=number),
            sequence=number + 1,
            subject=title,
            headlines=[title, title],
            sent_at=at,
        )
        for number, title in enumerate(HOSTILE)
    ]
    xml = atom(edition(name="A & B <i>"), issues, "https://news.example/archive/daily/")
    root = ET.fromstring(xml)
    titles = [one.text for one in root.iterfind(".//{*}entry/{*}title")]
    assert titles == [title.replace("\x07", "").replace("\ufffe", "") for title in HOSTILE]
    links = [one.get("href") for one in root.iterfind(".//{*}entry/{*}link")]
    assert links[0] == "https://news.example/archive/daily/2026-11-24"
    assert links[1] == "https://news.example/archive/daily/2026-11-23-2"
