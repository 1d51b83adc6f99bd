"""What the links in review mails open and do: only a button acts, once, on what was shown."""

import re

from starlette.testclient import TestClient

from digest.model import Hold, IssueState
from digest.review_links import ReviewLinks
from digest.web.site import site
from tests.approval.room import DUE, LOCK, MINUTE, REVIEW, SEND_BY, START, Make, Room

S = IssueState
REVISION = re.compile(r'name="revision" value="(\d+)"')


def asked(make: Make, edition: str | None = None) -> tuple[Room, TestClient]:
    """A newsroom that was asked, and its public site, as a browser elsewhere reaches it."""
    room = make() if edition is None else make(edition)
    room.at(START)
    room.at(REVIEW)
    pages = room.app.pages._reader_pages()
    client = TestClient(site(pages), base_url="https://post.example", client=("203.0.113.9", 1))
    return room, client


def press(client: TestClient, path: str, act: str, revision: str = "") -> int:
    """Open the page, press a button of it; returns the status."""
    shown = REVISION.search(client.get(path).text)
    told = revision or (shown[1] if shown else "1")
    answer = client.post(path, data={"act": act, "revision": told}, follow_redirects=False)
    return answer.status_code


def test_looking_changes_nothing(make: Make) -> None:
    room, client = asked(make)
    before = room.issue()
    for path in room.links():
        for method in ("GET", "HEAD", "GET", "OPTIONS"):
            assert client.request(method, path).status_code in {200, 405}
            assert client.request(method, f"{path}/mail").status_code in {200, 405}
    assert room.issue() == before
    page = client.get(room.links()[0]).text
    assert "Story 1" in page
    assert "<script" not in page
    assert "@example.org" not in page, "no addresses"
    frame = client.get(f"{room.links()[0]}/mail")
    assert "sandbox" in frame.headers["content-security-policy"]
    assert "Story 1" in frame.text


def test_one_approves_and_each_button_works_once(make: Make) -> None:
    room, client = asked(make)
    ada, ben = room.links()
    assert press(client, ada, "approve") == 303
    issue = room.issue()
    assert issue.state is S.APPROVED
    assert "Approved by" in client.get(ben).text
    assert press(client, ada, "approve") == 409
    assert press(client, ben, "hold") == 303
    assert room.issue().hold is Hold.PERSON
    assert press(client, ada, "approve") == 409, "it was pressed before"
    assert press(client, ben, "approve") == 303
    room.at(LOCK)
    assert room.at(DUE).state is S.SENT


def test_two_people_press(make: Make) -> None:
    from tests.approval.room import REQUIRED

    room, client = asked(make, REQUIRED.replace('"required"', '"two_person"'))
    ada, ben = room.links()
    assert press(client, ada, "approve") == 303
    assert room.issue().state is S.REVIEW
    assert press(client, ada, "approve") == 409
    assert press(client, ben, "approve") == 303
    assert room.issue().state is S.APPROVED


def test_what_changed_is_told_and_not_approved(make: Make) -> None:
    room, client = asked(make)
    ada, _ = room.links()
    shown = str(room.issue().revision)
    room.publish("Story new", hour=-0.01)
    room.at(REVIEW + 15 * MINUTE)
    answer = client.post(ada, data={"act": "approve", "revision": shown})
    assert answer.status_code == 409
    assert "Story new" in answer.text
    assert room.issue().state is S.REVIEW
    assert "Changed since the mail" in client.get(ada).text
    assert press(client, ada, "approve") == 303, "now that it was shown"


def test_skipping_and_editing(make: Make) -> None:
    room, client = asked(make)
    ada, ben = room.links()
    assert press(client, ada, "edit") == 303
    assert "being edited" in room.issue().reason
    assert press(client, ben, "skip") == 303
    assert room.issue().state is S.SKIPPED
    assert press(client, ada, "hold") == 409


def test_links_that_are_not_good(make: Make) -> None:
    room, client = asked(make)
    ada, _ = room.links()
    forged = ReviewLinks((b"x" * 32,))
    asked_of = room.app.parts.reviews.read(ada.rpartition("/")[2])
    assert asked_of is not None
    for path in (forged.path(asked_of), f"{ada}x", "/desk/review/", f"{ada[:-4]}abcd"):
        assert client.get(path).status_code in {403, 404}
        assert client.post(path, data={"act": "skip", "revision": "1"}).status_code in {403, 404}
    for data in ({}, {"act": "send", "revision": "1"}, {"act": "skip", "revision": "x"}):
        assert client.post(ada, data=data).status_code == 400
    assert client.post(ada, data={"act": "skip" * 999}).status_code == 413
    cross = {"sec-fetch-site": "cross-site"}
    assert client.post(ada, data={"act": "skip"}, headers=cross).status_code == 403
    room.app.clock.at = SEND_BY + MINUTE  # type: ignore[attr-defined]
    assert client.get(ada).status_code == 404
    assert client.post(ada, data={"act": "skip", "revision": "1"}).status_code == 404


def test_nothing_else_of_the_desk_is_shown_outside(make: Make) -> None:
    room, _ = asked(make)
    pages, gate = room.app.pages, room.app.accounts.gate(room.app.pages._templates)
    both = [*pages._reader_pages(), *pages._desk_pages(gate)]
    client = TestClient(
        site(both, gate), base_url="https://post.example", client=("203.0.113.9", 1)
    )
    assert client.get("/desk/issues/1").status_code == 403
    assert client.get("/").status_code == 403
    assert client.get(room.links()[0]).status_code == 200


def test_a_reviewer_who_was_taken_off_the_list_reviews_no_more(make: Make) -> None:
    from dataclasses import replace

    room, client = asked(make)
    edition = room.app.parts.edition("daily")
    room.app.parts.editions["daily"] = replace(edition, review_to=edition.review_to[:1])  # type: ignore[index]
    kept = [client.get(path).status_code for path in room.links()]
    assert sorted(kept) == [200, 404]
