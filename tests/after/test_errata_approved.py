"""A letter about a mistake is approved as its edition's issues are, and shown as what it is."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from digest.errors import WrongStateError
from digest.model import Erratum, Issue, IssueState
from digest.steps import approve, control, errata
from digest.steps.address import address
from digest.steps.fsck import fsck
from tests.after.conftest import Make
from tests.after.room import Room, furnish

WRONG, RIGHT = "It sails on Mondays.", "It sails on Tuesdays."


def sent(room: Room, *people: str) -> Issue:
    """An issue that these people approved and that went."""
    room.app.tick(sending=False)
    issue = room.app.newsroom.open_next("daily")
    for who in people:
        issue = approve.approve(room.app.parts, issue, who)
    return room.app.newsroom.send_now(issue)


def letter(room: Room, of: Issue, who: str = "ed") -> Issue:
    return errata.erratum(room.app.parts, of, room.story("Night"), WRONG, RIGHT, who)


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_it_waits_for_approval_and_nobody_reads_it_before(make: Make) -> None:
    room = make('approval = "required"')
    of, app = sent(room, "ed"), room.app
    made = letter(room, of)
    assert (made.state, made.reason) == (IssueState.HELD, "it waits for approval")
    assert app.newsroom.issue(of.id).state is IssueState.SENT
    assert RIGHT not in room.client.get("/archive/daily/2026-11-24").text
    # It is owed: no hour is too late for it, and it is nobody's next issue.
    for hours in (1, 30):
        room.clock.at += timedelta(hours=hours)
        app.tick()
        assert app.newsroom.issue(made.id).state is IssueState.HELD
    assert app.newsroom.next_issue("daily")[0].id != made.id
    assert room.mails(made) == {}
    with pytest.raises(WrongStateError, match="nothing to fill"):
        approve.review(app.parts, app.newsroom.issue(made.id), "ed")
    approve.approve(app.parts, app.newsroom.issue(made.id), "ed")
    assert app.newsroom.issue(of.id).state is IssueState.CORRECTED
    app.tick()
    went = app.newsroom.issue(made.id)
    assert (went.state, went.reason) == (IssueState.SENT, "")
    assert room.mails(went).keys() == {"Ann", "Bob", "Jörg"}
    assert RIGHT in room.client.get("/archive/daily/2026-11-24").text
    assert fsck(app.parts) == []


def test_where_two_have_to_its_author_is_not_the_second(make: Make) -> None:
    room = make('approval = "two_person"')
    of, parts = sent(room, "ed", "eva"), room.app.parts
    made = letter(room, of)
    held = approve.approve(parts, made, "eva")
    assert held.state is IssueState.HELD
    assert "a second person" in held.reason
    for who in ("Eva", "ed"):
        with pytest.raises(WrongStateError):
            approve.approve(parts, held, who)
    assert approve.approve(parts, held, "udo").state is IssueState.LOCKED
    room.app.tick()
    assert room.app.newsroom.issue(made.id).state is IssueState.SENT
    assert fsck(parts) == []


def test_made_otherwise_than_approved_it_asks_again(tmp_path: Path) -> None:
    room = furnish(tmp_path, 'approval = "required"')
    of, parts = sent(room, "ed"), room.app.parts
    locked = approve.approve(parts, letter(room, of), "ed")
    with room.app.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE issue SET rules_hash = 'x' WHERE id = {locked.id}")
    asked = address(parts, room.app.newsroom.issue(locked.id))
    assert asked.state is IssueState.HELD
    assert "changed after it was locked" in asked.reason
    assert approve.approve(parts, asked, "ed").state is IssueState.LOCKED
    room.app.tick()
    assert room.app.newsroom.issue(locked.id).state is IssueState.SENT


def test_the_desk_writes_it_and_shows_its_words(tmp_path: Path) -> None:
    room = furnish(tmp_path, 'approval = "required"')
    of = sent(room, "ed")
    path = f"/desk/issues/{of.id}/send"
    page = room.client.get(path).text
    assert "Put a mistake right" in page
    fields = {"story": str(room.story("Night")), "wrong": WRONG, "right": RIGHT}
    for bad in ({"story": "99"}, {"right": " "}):
        assert room.client.post(f"{path}/correct", data=fields | bad).status_code == 409
    answer = room.client.post(f"{path}/correct", data=fields)
    assert "waits for approval" in words(answer.text)
    ((made, told),) = errata.under_way(room.app.parts)
    assert isinstance(told, Erratum)
    assert f"/desk/issues/{made.id}" in room.client.get("/").text
    page = words(room.client.get(f"/desk/issues/{made.id}").text)
    for part in (WRONG, RIGHT, "Night trains", "3 readers", "2026-11-24", "Approve it"):
        assert part in page, part
    assert "Pool" not in page
    assert RIGHT in room.client.get(f"/desk/issues/{made.id}/mail").text
    looked = words(room.client.get(f"/desk/issues/{made.id}/look").text)
    assert f"those whose mail of issue {of.id} held the story" in looked
    way = f"/desk/issues/{made.id}/send"
    assert "Give it to review" not in room.client.get(way).text
    assert room.client.post(f"{way}/test", data={"to": "x@paper.example"}).status_code == 200
    tests = [one.read_text() for one in room.app.settings.sending.outbox.rglob("*.eml")]
    assert any("[TEST]" in one and "Correction" in one for one in tests)
    room.client.post(f"{way}/approve", data={"revision": "0"})
    assert room.app.newsroom.issue(made.id).state is IssueState.LOCKED
    assert [one.act.what for one in room.app.accounts.record()] == ["correct", "test", "approve"]
    control.stop(room.app.parts, room.app.newsroom.issue(made.id), "ed")
    assert RIGHT not in room.client.get("/archive/daily/2026-11-24").text
