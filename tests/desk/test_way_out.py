"""The page on which an issue is approved, tried, sent and stopped; and the first page."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from digest.desk.actions import Subject
from digest.model import IssueState
from tests.desk.room import CONFIG, Bench, opened

REQUIRED = CONFIG.replace('zone = "UTC"', 'zone = "UTC"\napproval = "required"')


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = opened(tmp_path, config=REQUIRED)
    yield made
    made.app.engine.dispose()


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def press(bench: Bench, name: str, **fields: object) -> int:
    data = {"revision": str(bench.now.revision), **fields}
    return bench.client.post(f"{bench.path}/send/{name}", data=data).status_code


def shown(bench: Bench) -> str:
    return words(bench.client.get(f"{bench.path}/send").text)


def test_what_was_seen_is_approved_and_an_edit_takes_it_back(bench: Bench) -> None:
    assert f"Approve revision {bench.now.revision}" in shown(bench)
    assert press(bench, "approve") == 303
    assert bench.now.state is IssueState.APPROVED
    assert "approved by this machine" in shown(bench)
    bench.act("subject", subject="A better one")
    assert bench.now.state is IssueState.REVIEW
    assert "changed after it was approved" in shown(bench)


def test_what_changed_since_is_not_approved(bench: Bench) -> None:
    seen = bench.now.revision
    bench.app.newsroom.desk.edit(bench.issue.id, None, "Anna", Subject("Anna’s"))
    data = {"revision": str(seen)}
    answer = bench.client.post(f"{bench.path}/send/approve", data=data)
    assert answer.status_code == 409
    assert "Anna changed the issue meanwhile" in words(answer.text)
    assert bench.now.state is IssueState.DRAFTING


def test_it_is_held_given_to_review_and_left_out(bench: Bench) -> None:
    assert press(bench, "hold", why="the lead is not sure") == 303
    assert bench.now.state is IssueState.HELD
    assert "the lead is not sure" in shown(bench)
    assert press(bench, "review") == 303
    assert bench.now.state is IssueState.REVIEW
    assert press(bench, "skip", why="holiday") == 303
    assert bench.now.state is IssueState.SKIPPED
    assert press(bench, "approve") == 409


def test_it_is_sent_paused_and_goes_on(bench: Bench) -> None:
    assert press(bench, "now") == 409
    assert press(bench, "approve") == 303
    assert press(bench, "pause", why="wait") == 303
    assert "paused by this machine: wait" in shown(bench)
    assert press(bench, "now") == 409
    assert press(bench, "resume") == 303
    assert press(bench, "now") == 303
    assert bench.now.state is IssueState.LOCKED
    assert press(bench, "undo") == 303
    assert bench.now.state in {IssueState.DRAFTING, IssueState.REVIEW}
    assert press(bench, "stop", why="enough") == 303
    assert bench.now.state is IssueState.CANCELLED
    assert press(bench, "decide", decision="nonsense") == 400


def test_a_test_goes_to_several_people_and_is_kept_nowhere(bench: Bench) -> None:
    to = "ann@paper.example, bob@paper.example ann@paper.example"
    answer = bench.client.post(f"{bench.path}/send/test", data={"to": to})
    assert answer.status_code == 200
    assert "Sent to 2: test 1: accepted" in words(answer.text)
    outbox = bench.app.settings.sending.outbox
    mails = [one.read_text("utf-8", "replace") for one in outbox.rglob("*.eml")]
    assert sum("[TEST]" in one for one in mails) == 2
    assert press(bench, "test", to="") == 400
    assert press(bench, "test", to=" ".join(f"a{n}@b.example" for n in range(11))) == 400


def test_each_act_stands_in_the_record(bench: Bench) -> None:
    press(bench, "approve")
    press(bench, "hold")
    entries = [(one.act.what, one.act.about) for one in bench.app.accounts.record()]
    assert entries == [("approve", f"issue {bench.issue.id}"), ("hold", f"issue {bench.issue.id}")]


def test_the_first_page_tells_what_is_next_and_opens_it(bench: Bench) -> None:
    home = words(bench.client.get("/").text)
    assert "Daily" in home
    assert "4 stories" in home
    assert "waits for approval" in home
    clock = bench.app.clock
    clock.at += timedelta(days=2)  # type: ignore[attr-defined]  # a clock that is set
    page = bench.client.get("/")
    assert "Open it now" in page.text
    answer = bench.client.post("/desk/open", data={"edition": "daily"})
    assert answer.headers["location"].startswith("/desk/issues/")
    assert bench.client.post("/desk/open", data={"edition": "x"}).status_code == 404


def test_one_readers_mail_needs_a_role_and_is_recorded(bench: Bench) -> None:
    who = bench.app.add_subscriber("jo@reader.example", frozenset({"daily"}), "a form", "Jo")
    page = bench.client.get(f"{bench.path}/look?reader={who}")
    assert page.status_code == 200
    assert f"subscriber {who}" in page.text
    assert "jo@reader.example" not in page.text
    assert [one.act.about for one in bench.app.accounts.record()] == [f"subscriber {who}"]


@pytest.mark.parametrize("way", ["sent", "forced", "bare", "large", "print"])
def test_each_way_of_showing_is_a_frame_that_cannot_act(bench: Bench, way: str) -> None:
    page = bench.client.get(f"{bench.path}/look?as={way}").text
    assert page.count('sandbox="allow-popups"') == 2
    mail = bench.client.get(f"{bench.path}/mail?as={way}")
    policy = mail.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert ("invert(1)" in mail.text) == (way == "forced")
