"""The passage of an issue: reviewed, approved by revision and rules, and what else may happen."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from digest import pipeline
from digest.errors import BlockedError, ConflictError, WrongStateError
from digest.model import Hold, IssueState, Look
from digest.steps import approve as decisions
from digest.steps import control
from digest.steps.lock import lock
from digest.store import approvals
from digest.store.engine import reading
from tests.approval.room import DUE, LOCK, MINUTE, REQUIRED, REVIEW, SEND_BY, START, Make, Room

S = IssueState
TWO = REQUIRED.replace('"required"', '"two_person"')


def test_an_issue_is_reviewed_approved_and_goes_as_it_was(make: Make) -> None:
    room = make()
    assert room.at(START).state is S.DRAFTING
    assert room.at(REVIEW).state is S.REVIEW
    first, second = room.reviews()
    assert "ada@example.org" in first + second
    assert "Story 1" in first
    assert "If nobody answers" not in first
    assert "Approved later, it goes at once" in first.replace("\n", " ")
    room.at(REVIEW + MINUTE)
    assert len(room.reviews()) == 2, "each is asked once"
    approved = room.approve()
    assert (approved.state, approved.approved_revision) == (S.APPROVED, approved.revision)
    room.publish("Story late")
    assert room.at(LOCK).state is S.LOCKED
    issue = room.at(DUE)
    assert issue.state is S.SENT
    assert issue.content_hash == approved.content_hash
    assert "Story late" not in "".join(room.mails())


def test_nobody_approves(make: Make) -> None:
    room = make()
    room.at(START)
    room.at(REVIEW)
    issue = room.at(DUE)
    assert (issue.state, issue.hold) == (S.HELD, Hold.APPROVAL)
    room.at(DUE + MINUTE)
    assert room.alerts() == ["held_approval"]
    room.approve()
    assert room.at(DUE + 2 * MINUTE).state is S.SENT


@pytest.mark.parametrize(("rule", "state"), [("send", S.SENT), ("skip", S.SKIPPED)])
def test_nobody_approves_and_the_edition_says_what_then(
    make: Make, rule: str, state: IssueState
) -> None:
    room = make(f'{REQUIRED}\non_no_approval = "{rule}"')
    room.at(START)
    room.at(REVIEW)
    room.at(DUE)
    issue = room.at(DUE + MINUTE)
    assert issue.state is state
    assert len(room.mails()) == (2 if state is S.SENT else 0)


def test_optional_approval_asks_and_goes(make: Make) -> None:
    room = make(REQUIRED.replace('"required"', '"optional"'))
    room.at(START)
    assert room.at(REVIEW).state is S.REVIEW
    assert "If nobody answers, it goes at 06:00 UTC." in room.reviews()[0].replace("\n", " ")
    assert room.at(LOCK).state is S.LOCKED
    assert room.at(DUE).state is S.SENT


def test_two_different_people_and_the_second_no_editor(make: Make) -> None:
    room = make(TWO)
    room.at(START)
    issue = room.at(REVIEW)
    edition = room.app.parts.edition("daily")
    story = room.app.newsroom.draft(issue).pool[4].stored.id
    slot = room.app.newsroom.pin_plan("daily", story)
    room.app.newsroom.pin(edition.slug, slot, "Ben Roe")
    assert room.approve("Ada Lane").state is S.REVIEW
    with pytest.raises(WrongStateError, match="approved it already"):
        room.approve("ada  LANE")
    with pytest.raises(WrongStateError, match="edited it last"):
        room.approve("Ben Roe")
    assert room.approve("Cy").state is S.APPROVED
    room.at(LOCK)
    assert room.at(DUE).state is S.SENT


def test_a_first_approval_of_another_revision_counts_for_nothing(make: Make) -> None:
    room = make(TWO)
    room.at(START)
    room.at(REVIEW)
    room.approve("Ada Lane")
    room.publish("Story new")
    room.at(REVIEW + 15 * MINUTE)
    assert room.approve("Cy").state is S.REVIEW, "it is the first of this revision"
    assert room.approve("Ada Lane").state is S.APPROVED


def test_a_template_that_changed_after_the_approval_asks_again(make: Make) -> None:
    room = make()
    room.at(START)
    room.at(REVIEW)
    room.approve()
    room.brand("Something else")
    issue = room.at(LOCK)
    assert issue.state is S.REVIEW
    assert "templates" in issue.reason
    room.at(LOCK + MINUTE)
    assert len(room.reviews()) == 4
    assert "templates" in room.reviews()[-1]
    room.approve()
    room.at(LOCK + 2 * MINUTE)
    assert room.at(DUE).state is S.SENT
    assert all("Something else" in one for one in room.mails())


def test_a_template_that_changed_after_the_lock_asks_again(make: Make) -> None:
    room = make()
    room.at(START)
    room.at(REVIEW)
    room.approve()
    room.at(LOCK)
    room.brand("Something else")
    issue = room.at(DUE)
    assert (issue.state, issue.hold) == (S.HELD, Hold.APPROVAL)
    assert "changed after it was locked" in issue.reason
    assert room.mails() == []
    assert len(room.reviews()) == 4, "they are asked again"
    with reading(room.app.engine) as connection:
        assert approvals.standing(connection, issue.id) == []


def test_a_template_that_changed_in_the_middle_pauses_the_issue(make: Make) -> None:
    from digest.steps.address import address

    room = make()
    room.at(START)
    room.at(REVIEW)
    room.approve()
    room.at(LOCK)
    room.app.clock.at = DUE  # type: ignore[attr-defined]
    address(room.app.parts, room.issue())
    room.brand("Something else")
    issue = room.at(DUE)
    assert issue.state is S.SENDING
    assert control.standing(room.app.parts, issue) is not None
    assert room.mails() == []
    room.at(DUE + MINUTE)
    assert room.alerts() == ["paused"]
    (room.folder / "mine/partials/footer.txt").unlink()
    control.resume(room.app.parts, room.issue(), "Ada Lane")
    assert room.at(DUE + 3 * MINUTE).state is S.SENT
    assert len(room.mails()) == 2


def test_what_preflight_blocks_is_held_until_it_is_mended(make: Make) -> None:
    room = make("")
    room.publish("lorem ipsum dolor sit amet")
    room.at(START)
    issue = room.at(LOCK)
    assert (issue.state, issue.hold) == (S.HELD, Hold.PREFLIGHT)
    assert "residue" in issue.reason
    room.at(DUE)
    assert room.alerts() == ["held_preflight"]
    (room.folder / "desk/lorem ipsum dolor sit amet.md").unlink()
    room.publish("Story 9")
    with pytest.raises(BlockedError, match="residue"):
        room.approve()
    done = room.app.newsroom.approve(issue.id, "Ada Lane", ["residue"])
    assert done.state is S.APPROVED
    assert room.at(DUE + MINUTE).state is S.LOCKED or room.issue().state is S.SENT


def test_what_preflight_blocks_goes_by_itself_once_mended(make: Make) -> None:
    room = make("")
    room.publish("lorem ipsum dolor sit amet")
    room.at(START)
    assert room.at(LOCK).hold is Hold.PREFLIGHT
    story = room.folder / "desk/lorem ipsum dolor sit amet.md"
    story.write_text(story.read_text().replace("lorem ipsum dolor sit amet", "Tram"))
    room.at(LOCK + 11 * MINUTE)
    assert room.at(LOCK + 12 * MINUTE).state is S.SENT
    assert "Tram" in room.mails()[0]


def test_holding_skipping_and_stopping(make: Make) -> None:
    room = make()
    room.at(START)
    room.at(REVIEW)
    issue = decisions.hold(room.app.parts, room.issue(), "Ada Lane", "the mayor calls")
    assert (issue.state, issue.hold) == (S.HELD, Hold.PERSON)
    room.at(DUE)
    assert room.alerts() == []
    assert decisions.review(room.app.parts, room.issue(), "Ada Lane").state is S.REVIEW
    room.at(DUE + MINUTE)
    assert len(room.reviews()) == 4
    issue = decisions.skip(room.app.parts, room.issue(), "Ada Lane")
    assert issue.state is S.SKIPPED
    with pytest.raises(WrongStateError):
        control.stop(room.app.parts, issue, "Ada Lane")


def test_stopped_before_it_goes_is_cancelled(make: Make) -> None:
    room = make("")
    room.at(START)
    room.at(LOCK)
    assert control.stop(room.app.parts, room.issue(), "Ada Lane").state is S.CANCELLED
    room.at(DUE)
    assert room.mails() == []


def test_what_cannot_be_made_has_failed(make: Make) -> None:
    room = make("")
    room.at(START)
    room.at(LOCK)
    (room.folder / "mine/daily.mjml").write_text("<mjml><mj-body><mj-colum/></mj-body></mjml>")
    assert room.at(DUE).state is S.LOCKED
    issue = room.at(SEND_BY + MINUTE)
    assert issue.state is S.FAILED
    assert "mj-colum" in issue.reason
    room.at(SEND_BY + 2 * MINUTE)
    assert room.alerts() == ["failed"]


def test_undo_takes_the_approval_back(make: Make) -> None:
    room = make()
    room.at(START)
    room.at(REVIEW)
    room.approve()
    room.at(LOCK)
    control.undo(room.app.parts, room.issue(), "Ada Lane")
    assert room.at(LOCK + MINUTE).state is S.DRAFTING, "it is paused"
    control.resume(room.app.parts, room.issue(), "Ada Lane")
    assert room.at(LOCK + 2 * MINUTE).state is S.REVIEW
    issue = room.at(DUE)
    assert (issue.state, issue.hold) == (S.HELD, Hold.APPROVAL)


def test_approving_another_revision_than_was_looked_at_is_refused(make: Make) -> None:
    room = make()
    room.at(START)
    before = room.at(REVIEW)
    room.publish("Story new", hour=-0.01)
    issue = room.at(REVIEW + 15 * MINUTE)
    assert issue.revision > before.revision
    with pytest.raises(ConflictError) as told:
        decisions.approve(room.app.parts, issue, "Ada Lane", revision=before.revision)
    assert told.value.changes[0].startswith("new: “Story new”")
    assert timedelta(0) < DUE - REVIEW


@pytest.mark.parametrize("edition", ["", f'{REQUIRED}\non_no_approval = "send"'])
def test_taken_back_at_whichever_moment_of_a_tick(tmp_path: Path, edition: str) -> None:
    """A person and the scheduler act at once, before each of its transactions in turn."""
    room = Room(tmp_path, "", edition)
    parts = room.app.parts = replace(
        room.app.parts, rules=replace(room.app.parts.rules, undo=timedelta(hours=1))
    )
    room.at(START)
    room.at(REVIEW)
    room.app.clock.at = DUE  # type: ignore[attr-defined]
    room.site.answers = {"Story 1": Look.THERE}
    left = [0]

    def undo(*_connection: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            control.undo(parts, room.issue(), "Ed")

    sa.event.listen(parts.engine, "checkout", undo)
    for moment in count(1):
        room.approve()
        issue = lock(parts, room.issue())
        assert issue.state is S.LOCKED
        left[0] = moment
        pipeline.advance(parts, issue)
        if left[0] > 0:
            break
        assert room.issue().state is S.DRAFTING, f"before transaction {moment}"
        control.resume(parts, room.issue(), "Ed")
    assert moment > 4, "or it was never between two of them"
