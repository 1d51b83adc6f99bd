"""The last look: what was taken back does not go, and trouble at a site takes nothing away."""

import pytest

from digest.desk.actions import Remove
from digest.model import Hold, IssueState, Look
from digest.steps import approve as decisions
from tests.approval.room import DUE, LOCK, MINUTE, REQUIRED, REVIEW, START, Make, Room

S = IssueState


def locked(make: Make, edition: str = REQUIRED, **answers: Look) -> Room:
    """An approved and locked newsroom whose sites answer so, ``Story_1`` by name."""
    room = make(edition)
    room.at(START)
    room.at(REVIEW)
    room.approve()
    assert room.at(LOCK).state is S.LOCKED
    room.site.answers = {key.replace("_", " "): look for key, look in answers.items()}
    return room


def test_a_story_taken_back_is_replaced_by_its_reserve(make: Make) -> None:
    room = locked(make, Story_2=Look.GONE)
    before = room.issue()
    assert room.at(DUE - 3 * MINUTE) == before, "not yet"
    issue = room.at(DUE - 2 * MINUTE)
    assert issue.state is S.LOCKED
    assert issue.revision == issue.approved_revision == before.revision + 1
    assert "taken back at the last look" in issue.reason
    asked = len(room.site.asked)
    room.at(DUE - MINUTE)
    assert len(room.site.asked) == asked, "once"
    assert room.at(DUE).state is S.SENT
    for mail in room.mails():
        assert "Story 2" not in mail
        assert "Story 4" in mail
    assert room.app.newsroom.issue(issue.id).content_hash == issue.content_hash


def test_no_reserve_is_left(make: Make) -> None:
    room = make(REQUIRED)
    for number in (4, 5):
        (room.folder / "desk" / f"Story {number}.md").unlink()
    room.at(START)
    room.at(REVIEW)
    room.approve()
    room.at(LOCK)
    room.site.answers = {"Story 2": Look.PROTECTED}
    issue = room.at(DUE - 2 * MINUTE)
    assert issue.state is S.REVIEW
    assert "no approved reserve" in issue.reason
    assert room.mails() == []
    issue = room.approve()
    assert "Story 2" not in str(room.app.newsroom.draft(issue).pool)
    room.at(DUE - MINUTE)
    assert room.at(DUE).state is S.SENT
    assert all("Story 2" not in mail for mail in room.mails())


def test_without_approval_the_rest_goes(make: Make) -> None:
    room = make("")
    for number in (4, 5):
        (room.folder / "desk" / f"Story {number}.md").unlink()
    room.at(START)
    room.at(LOCK)
    room.site.answers = {"Story 2": Look.GONE}
    room.at(DUE - 2 * MINUTE)
    assert room.at(DUE).state is S.SENT
    assert all("Story 2" not in mail and "Story 1" in mail for mail in room.mails())


@pytest.mark.parametrize(
    ("edition", "state"), [(REQUIRED, S.REVIEW), ("", S.HELD)], ids=["approved", "by rule"]
)
def test_what_stands_in_passes_preflight_first(make: Make, edition: str, state: S) -> None:
    room = make(edition)
    reserve = room.folder / "desk/Story 4.md"
    reserve.write_text(reserve.read_text().replace("Words of Story 4.", "Lorem ipsum dolor."))
    room.at(START)
    room.at(REVIEW)
    if edition:
        room.approve()
    assert room.at(LOCK).state is S.LOCKED, "the reserve is in no mail yet"
    room.site.answers = {"Story 2": Look.GONE}
    issue = room.at(DUE - 2 * MINUTE)
    assert (issue.state, issue.hold) == (state, None if edition else Hold.PREFLIGHT)
    assert "preflight: residue" in issue.reason
    room.at(DUE)
    assert room.mails() == []
    story = room.app.newsroom.draft(issue).pool[2].stored
    assert story.story.headline == "Story 4"
    room.app.newsroom.desk.edit(issue.id, None, "Ed", Remove(story.id))
    room.approve()
    assert room.at(DUE + MINUTE).state is S.SENT
    assert all("Lorem" not in mail and "Story 5" in mail for mail in room.mails())


def test_an_edition_may_rather_wait(make: Make) -> None:
    room = make('last_look = "hold"')
    room.at(START)
    room.at(LOCK)
    room.site.answers = {"Story 2": Look.GONE}
    issue = room.at(DUE - 2 * MINUTE)
    assert (issue.state, issue.hold) == (S.HELD, Hold.STORIES)
    room.at(DUE)
    assert room.alerts() == ["held_stories"]
    room.approve()
    room.at(DUE + MINUTE)
    assert room.issue().state is S.SENT
    assert all("Story 2" not in mail for mail in room.mails())


@pytest.mark.parametrize(
    "answers",
    [
        {"Story_1": Look.UNCLEAR},
        {"Story_1": Look.GONE, "Story_2": Look.GONE},
    ],
    ids=["unclear", "many at once"],
)
def test_trouble_takes_nothing_away(make: Make, answers: dict[str, Look]) -> None:
    room = locked(make, **answers)
    before = room.issue()
    issue = room.at(DUE)
    assert issue.state is S.SENT
    assert issue.content_hash == before.content_hash
    room.at(DUE + MINUTE)
    assert room.alerts() == ["site_trouble"]


def test_an_edition_may_wait_for_its_site(make: Make) -> None:
    room = locked(make, f'{REQUIRED}\nsite_trouble = "hold"', Story_1=Look.UNCLEAR)
    issue = room.at(DUE)
    assert (issue.state, issue.hold) == (S.HELD, Hold.SITE)
    assert room.at(DUE + 2 * MINUTE).hold is Hold.SITE
    room.site.answers = {"Story 1": Look.THERE}
    room.at(DUE + 4 * MINUTE)
    assert room.at(DUE + 5 * MINUTE).state is S.SENT
    assert room.alerts() == ["site_trouble"]


def test_a_person_may_send_it_all_the_same(make: Make) -> None:
    room = locked(make, f'{REQUIRED}\nsite_trouble = "hold"', Story_1=Look.UNCLEAR)
    room.at(DUE)
    assert decisions.approve(room.app.parts, room.issue(), "Ada Lane").state is S.APPROVED
