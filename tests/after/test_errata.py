"""Errata: a letter to exactly those who have the story, once."""

from datetime import timedelta

import pytest

from digest import pipeline
from digest.app import App
from digest.desk.actions import Note
from digest.errors import NotFoundError, WrongStateError
from digest.model import DeliveryState, IssueState, StoryId
from digest.steps import control, errata
from digest.steps.address import address
from digest.steps.fsck import fsck
from digest.steps.rules import rules_hash
from digest.store.engine import reading
from digest.store.ledger import counts
from digest.store.variants import sheets
from tests.after.conftest import Make
from tests.after.room import Room, body

#: so short a mail that not everybody has each story
READERS = """email,name,style,language,limit,editions,consent_source
ann@example.org,Ann Reader,full,,,daily,form
bob@example.org,Bob Reader,plain,es,,daily,form
few@example.org,Few Reader,full,,1,daily,form
left@example.org,Left Reader,full,,,daily,form
"""
WRONG, RIGHT = "It sails on Mondays.", "It sails on <b>Tuesdays</b>."


def last(room: Room) -> StoryId:
    """The story that ranks last: whoever wants but one does not have it."""
    with reading(room.app.engine) as connection:
        (sheet, *_) = sheets(connection, room.app.newsroom.issues(1)[0].id).values()
    return sheet.sections[-1].cards[-1].story


def test_those_who_have_it_get_one_letter(make: Make) -> None:
    room = make(readers=READERS)
    issue = room.send()
    people, parts = room.app.people, room.app.parts
    story = room.story("Ferry library")
    leaver = people.find("left@example.org")
    assert leaver is not None
    room.clock.at += timedelta(hours=2)
    made = errata.erratum(parts, issue, story, WRONG, RIGHT, "ed")
    people.suppress(leaver, reason="asked", now=room.clock.now())
    assert room.app.newsroom.issue(issue.id).state is IssueState.CORRECTED
    plan = room.app.newsroom.issue_plan(made.id)
    holders = {name for name, mail in room.mails(issue).items() if "Ferry" in body(mail, "plain")}
    assert plan.messages == len(holders)
    sent = pipeline.send_now(parts, made)
    assert sent.state is IssueState.SENT
    mails = room.mails(sent)
    assert mails.keys() == holders - {"Left"}
    assert "Few" not in holders or len(holders) == 4
    ann, bob = mails["Ann"], mails["Bob"]
    assert ann["Subject"] == "Correction: Ferry library return to the north"
    assert bob["Subject"] != ann["Subject"], "in the language of the mail it puts right"
    assert (bob.get_content_type(), bob.is_multipart()) == ("text/plain", False)
    for text in (WRONG, RIGHT, "https://meridian.example/0"):
        assert text in body(ann, "plain")
    assert "&lt;b&gt;Tuesdays&lt;/b&gt;" in body(ann, "html")
    assert "<b>Tuesdays" not in body(ann, "html")
    assert str(ann["List-Unsubscribe"]).count("/u/") == 1
    with reading(room.app.engine) as connection:
        told = counts(connection, sent.id)
    assert told == {DeliveryState.ACCEPTED: len(holders) - 1, DeliveryState.EXCLUDED: 1}
    assert pipeline.send_now(parts, sent).state is IssueState.SENT
    room.app.tick()
    assert len(room.mails(sent)) == len(holders) - 1, "once"
    with pytest.raises(WrongStateError, match="already"):
        errata.erratum(parts, issue, story, WRONG, RIGHT, "ed")
    assert fsck(parts) == []
    page = room.client.get("/archive/daily/2026-11-24").text
    assert "Correction: Ferry library return to the north" in page
    assert "&lt;b&gt;Tuesdays" in page
    assert room.client.get("/archive/daily/2026-11-24-2").status_code == 404


def test_broken_off_anywhere_it_reaches_each_once(make: Make) -> None:
    room = make()
    issue = room.send()
    parts = room.app.parts
    made = errata.erratum(parts, issue, room.story("Night trains"), WRONG, RIGHT, "ed")
    told = errata.of(parts, made.id)
    assert told is not None
    # Variants are written, and then nothing.
    errata.audience(parts, made, told)
    assert room.app.newsroom.issue(made.id).state is IssueState.LOCKED
    addressed = address(parts, made)
    assert address(parts, made).state is IssueState.SENDING, "by another scheduler"
    again = App(room.app.settings, room.clock)
    again.tick()
    again.tick()
    assert again.newsroom.issue(addressed.id).state is IssueState.SENT
    assert room.mails(addressed).keys() == {"Ann", "Bob", "Jörg"}
    assert len(list(room.app.settings.sending.outbox.rglob("*.eml"))) == 6
    assert fsck(again.parts) == []
    again.engine.dispose()


def test_what_cannot_be_put_right(make: Make) -> None:
    room = make()
    room.app.tick()
    issue = room.app.newsroom.today("daily")
    parts = room.app.parts
    with pytest.raises(WrongStateError, match="not gone"):
        errata.erratum(parts, issue, StoryId(1), WRONG, RIGHT, "ed")
    issue = room.send()
    with pytest.raises(NotFoundError):
        errata.erratum(parts, issue, StoryId(99), WRONG, RIGHT, "ed")
    with pytest.raises(WrongStateError):
        errata.erratum(parts, issue, StoryId(1), " ", RIGHT, "ed")
    assert room.app.newsroom.issue(issue.id).state is IssueState.SENT
    made = errata.erratum(parts, issue, StoryId(1), WRONG, RIGHT, "ed")
    with pytest.raises(WrongStateError, match="nothing to fill"):
        control.undo(parts, made, "ed")
    control.stop(parts, made, "ed")
    corrected = room.app.newsroom.issue(issue.id)
    again = errata.erratum(parts, corrected, StoryId(1), WRONG, RIGHT, "ed")
    assert again.id != made.id, "what was stopped may be said after all"
    assert pipeline.send_now(parts, again).state is IssueState.SENT
    assert room.mails(again).keys() == {"Ann", "Bob", "Jörg"}


def test_the_letter_is_made_by_the_rules_that_it_says(make: Make) -> None:
    room = make(readers=READERS)
    issue, _ = room.app.newsroom.next_issue("daily")
    room.app.newsroom.desk.edit(issue.id, None, "ed", Note("Words of ours"))
    story = room.story("Ferry library") if room.send().state is IssueState.SENT else None
    assert story is not None
    gone = room.app.newsroom.issue(issue.id)
    made = errata.erratum(room.app.parts, gone, story, WRONG, RIGHT, "ed")
    # Else each of its batches would pause it where approval is required.
    assert made.rules_hash == rules_hash(room.app.parts, made)
