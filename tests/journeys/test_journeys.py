"""What an editor does in a morning, in a real browser, up to what a mail server receives.

One newsroom runs for all of it; each journey is an edition's.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from urllib.parse import urlsplit

import pytest

from digest.model import IssueState
from digest.people.roles import Role
from tests.desk.conftest import PASSWORD
from tests.journeys.newsroom import EDITIONS, READERS, Editor, Newsroom, eventually, newsroom
from tests.line.mailbox import text

pytestmark = [pytest.mark.part("chromium"), pytest.mark.timeout(240)]
S = IssueState
WRITTEN = "Night trains: all about their return"
#: what a reader's own links look like
OWN = re.compile(r"http://127\.0\.0\.1:8000/[upv]/[\w.-]+")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """The newsroom, once its first issues are filled."""
    with newsroom(tmp_path_factory.mktemp("newsroom")) as running:
        slugs = [slug for slug, *_ in EDITIONS]
        eventually(lambda: all(running.issue(one).content_hash for one in slugs), True)
        yield running


@pytest.fixture(scope="module")
def ann(room: Newsroom) -> Editor:
    """Who answers for what goes out, and may look at what one reader gets."""
    return room.editor("Ann", Role.SENDER, Role.READERS)


@pytest.fixture(scope="module")
def bob(room: Newsroom) -> Editor:
    """An editor."""
    return room.editor("Bob", Role.EDITOR)


def masked(raw: bytes) -> tuple[str, str, str]:
    """Subject, HTML and text of a mail that came, its reader's own links as previews have them."""
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    leave = str(mail["List-Unsubscribe"]).strip("<>")
    assert OWN.fullmatch(leave)
    parts = []
    for kind in ("html", "plain"):
        body = mail.get_body((kind,))
        assert body is not None
        told = str(body.get_content()).replace("\r\n", "\n")
        assert leave in told, "a reader can leave"
        told = told.replace(leave, "#leave")
        told = re.sub(r"http://127\.0\.0\.1:8000/p/[\w.-]+", "#preferences", told)
        told = re.sub(r"http://127\.0\.0\.1:8000/v/[\w.-]+", "#web", told)
        assert not OWN.search(told)
        parts.append(told)
    return str(mail["Subject"]), *parts


def test_from_the_first_look_to_what_readers_get(room: Newsroom, ann: Editor) -> None:
    issue = room.issue("morning")
    base = f"/desk/issues/{issue.id}"
    with ann.at_work():
        comes_in(ann, base)
        pins_and_writes(ann, base)
        reorders(ann)
        shown = {address: previews(ann, base, n) for n, address in enumerate(READERS, 1)}
        sends_a_test(ann, base)
        ann.press("form[action$='/approve'] button")
        assert room.issue("morning").state is S.APPROVED
        room.clock.at = issue.scheduled_at - timedelta(minutes=9)
        eventually(lambda: room.issue("morning").state, S.LOCKED)
        ann.visit(base)
        assert "stands still" in ann.text(".notice")
        assert len(room.inbox) == 0
        room.clock.at = issue.scheduled_at
        eventually(lambda: room.issue("morning").state, S.SENT)
        ann.visit(f"{base}/send")
        assert ann.text(".counts .accepted dd") == "2"
    received = room.inbox.raw()
    assert room.inbox.addresses() == dict.fromkeys(READERS, 1)
    assert {who: masked(raw) for who, raw in received.items()} == shown
    assert f"{WRITTEN}</a>" in shown["mia@mail.example"][1]
    assert len({message_from_bytes(raw)["Message-ID"] for raw in received.values()}) == 2
    room.inbox.clear()


def comes_in(who: Editor, path: str) -> None:
    """Log out and in again, as on any morning, on the way to a page."""
    who.visit("/")
    who.press(".who button")
    who.visit(path)
    who.fill(email=who.email, password=PASSWORD)
    who.press("main form button")
    who.fill(code=who.code())
    who.press("main form button")
    assert who.run("location.pathname") == path
    assert who.run("document.cookie") == "", "no script reads the session"


def pins_and_writes(who: Editor, base: str) -> None:
    """Pin the best of the pool; then j to the first story, e to its words, Enter to save."""
    free = who.run("document.querySelector('#pool .story').dataset.pool")
    who.press(f"#pool-{free} button[data-key=p]")
    assert who.run(f"!!document.querySelector('#story-{free}.placed')")
    who.visit(base)
    who.room.browser.hit("j")
    first = who.run("document.activeElement.closest('.story').dataset.story")
    who.changes(lambda: who.room.browser.hit("e"))
    who.fill(headline=WRITTEN)
    who.changes(lambda: who.room.browser.hit("Enter"))
    assert who.text(f"#story-{first} .headline") == WRITTEN
    assert "edited" in who.text(f"#story-{first} .facts")


def reorders(who: Editor) -> None:
    """Move a story by keys: the focus stays with it, and a screen reader hears where it is."""
    before = order(who)
    who.run(f"document.querySelector('#story-{before[0]} .headline a').focus()")
    who.changes(lambda: who.room.browser.hit("ArrowDown", shift=True))
    assert order(who) == [before[1], before[0], *before[2:]]
    assert who.run("document.activeElement.closest('.story').dataset.story") == before[0]
    hears(who, "moved to 2")


def hears(who: Editor, told: str) -> None:
    """It is said by a live region."""
    who.until(f"document.getElementById('live').textContent.endsWith('{told}')")
    assert any(one.endswith(told) for one in who.room.browser.heard())


def previews(who: Editor, base: str, reader: int) -> tuple[str, str, str]:
    """The mail as the desk shows it for one reader: subject, HTML, text; dead links in it."""
    who.visit(f"{base}/look?reader={reader}")
    assert f"For subscriber {reader}" in who.text("main")
    frame = who.run("document.querySelector('iframe').src")
    # Links of the frame open beside the desk: that alone is the desk's own.
    page = who.fetched(frame).replace('<base target="_blank">', "")
    text = who.fetched(frame.replace("/mail?", "/text?"))
    subject = who.run("document.querySelector('.inboxes details b').textContent")
    for told in (page, text):
        assert not OWN.search(told), "a reader's own link works for whoever has it"
        assert "mail.example" not in told
        assert all(dead in told for dead in ("#leave", "#preferences", "#web"))
    return subject, page, text


def sends_a_test(who: Editor, base: str) -> None:
    """To two people; it is marked, and counted nowhere."""
    who.visit(f"{base}/send")
    who.fill(to="ann@paper.example, bob@paper.example")
    who.press("form[action$='/test'] button")
    assert "Sent to 2" in who.text("[role=status]")
    inbox = who.room.inbox
    assert sorted(inbox.addresses()) == ["ann@paper.example", "bob@paper.example"]
    for raw in inbox.raw().values():
        assert message_from_bytes(raw, policy=default)["Subject"] == f"[TEST] {WRITTEN}"
        assert WRITTEN in " ".join(text(raw).split())
    assert "Nothing of it has gone." in who.text("main")
    inbox.clear()


def approved(room: Newsroom, who: Editor, edition: str) -> str:
    """Approve an edition's issue as it stands; the path of its pages."""
    base = f"/desk/issues/{room.issue(edition).id}"
    who.visit(f"{base}/send")
    who.press("form[action$='/approve'] button")
    assert room.issue(edition).state is S.APPROVED
    return base


def order(who: Editor) -> list[str]:
    """The stories under Latest, as they stand on the page."""
    rows = "document.querySelectorAll('#section-latest .story')"
    found: list[str] = who.run(f"[...{rows}].map(one => one.dataset.story)")
    return found


def test_dragged_with_the_mouse(room: Newsroom, bob: Editor) -> None:
    with bob.at_work():
        bob.visit(f"/desk/issues/{room.issue('noon').id}")
        first, second, third, *rest = order(bob)
        drag = room.browser.drag
        bob.changes(lambda: drag(f"#story-{first} .place", f"#story-{third} .place"))
        assert order(bob) == [second, third, first, *rest]
        hears(bob, "moved to 3")
        free = bob.run("document.querySelector('#pool .story').dataset.pool")
        bob.changes(lambda: drag(f"#pool-{free} .facts", f"#story-{third} .place"))
        assert order(bob)[:3] == [second, free, third]


def test_two_editors_collide(room: Newsroom, ann: Editor, bob: Editor) -> None:
    base = f"/desk/issues/{room.issue('noon').id}"
    with ann.at_work():
        ann.visit(base)
        one, other = order(ann)[:2]
        ann.visit(f"{base}/stories/{one}")
    with bob.at_work():
        bob.visit(f"{base}/stories/{one}")
        bob.fill(headline="As Bob has it")
        bob.press(".edit .tools button")
    with ann.at_work():
        ann.fill(headline="As Ann has it")
        ann.press(".edit .tools button")
        assert ann.text("h1") == "Changed meanwhile"
        assert "Bob changed this issue" in ann.text("[role=alert]")
        assert ann.run("document.getElementById('mine-headline').value") == "As Ann has it"
        assert "As Bob has it" in ann.text(".diff")
        ann.press(".edit .plain")
        assert "As Bob has it" in ann.text(f"#story-{one} .headline")
    # On the issue's page it is told in place.
    with bob.at_work():
        bob.visit(base)
        bob.press(f"#story-{one} [data-key=r]")
    with ann.at_work():
        ann.press(f"#story-{other} [data-key=r]")
        assert ann.text("h1") == "Changed meanwhile"
        ann.press(".edit .small")
        assert not {one, other} & set(order(ann)), "both were meant, and both were seen"


def test_a_late_change_drops_the_approval(room: Newsroom, ann: Editor, bob: Editor) -> None:
    issue = room.issue("noon")
    base = f"/desk/issues/{issue.id}"
    with ann.at_work():
        ann.visit(f"{base}/send")
        ann.press("form[action$='/approve'] button")
        assert "approved" in ann.text(".state")
    with bob.at_work():
        bob.visit(base)
        story = bob.run("document.querySelector('#section-latest .story').dataset.story")
        bob.press(f"#section-latest .story [value='remove {story}']")
    with ann.at_work():
        ann.visit(f"{base}/send")
        assert "review changed after it was approved" in ann.text(".state")
        assert ann.text("form[action$='/approve'] button").startswith("Approve revision")
    assert room.issue("noon").state is S.REVIEW


def test_a_story_taken_back_after_the_approval(room: Newsroom, ann: Editor) -> None:
    with ann.at_work():
        replaces, holds = approved(room, ann, "night"), approved(room, ann, "late")
        ann.visit(replaces)
        shown = order(ann)
        headline = ann.text(f"#story-{shown[1]} .headline")
        ann.visit(f"{replaces}/stories/{shown[1]}")
        there = ann.run("document.querySelector('.state a').href")
        room.wire.gives(urlsplit(there).path, b"", 410)
        ann.visit(f"{replaces}/send")
        ann.press("form[action$='/now'] button")
        ann.prove()
        assert room.issue("night").state is S.LOCKED
        assert f"taken back at the last look: story {shown[1]}" in ann.text("main")
        ann.visit(replaces)
        assert headline not in ann.text("#issue")
        assert len(order(ann)) == len(shown)
        reserve = ann.text(
            f"#story-{next(one for one in order(ann) if one not in shown)} .headline"
        )
        # An edition that would rather wait asks again.
        ann.visit(f"{holds}/send")
        ann.press("form[action$='/now'] button")
        ann.prove()
        assert "taken back at the last look" in ann.text("[role=alert]")
        eventually(lambda: room.issue("late").state, S.HELD)
    room.inbox.clear()
    room.clock.at += timedelta(minutes=6)
    eventually(lambda: room.issue("night").state, S.SENT)
    texts = room.inbox.texts()
    assert sorted(texts) == sorted(READERS)
    for one in texts.values():
        told = " ".join(one.split())
        assert headline not in told
        assert reserve in told
    eventually(lambda: room.issue("late").state, S.HELD)
    room.inbox.clear()


def test_taken_back_while_it_still_can_be(room: Newsroom, ann: Editor) -> None:
    with ann.at_work():
        base = approved(room, ann, "evening")
        ann.press("form[action$='/now'] button")
        ann.prove()
        assert "can be taken back for another" in ann.text("main")
        ann.press("form[action$='/undo'] button")
        assert "Taken back, and paused. Nothing of it went." in ann.text("[role=status]")
        assert room.issue("evening").state is S.DRAFTING
        room.clock.at += timedelta(minutes=6)
        room.app.walk(sending=False)
        assert room.issue("evening").state is S.DRAFTING
        assert len(room.inbox) == 0
        # Nobody has to begin anew: it goes on and is approved again.
        ann.visit(f"{base}/send")
        ann.press("form[action$='/resume'] button")
        ann.prove()
        ann.visit(f"{base}/send")
        ann.press("form[action$='/approve'] button")
        # Its hour has come already: it locks by itself, and can be taken back once more.
        eventually(lambda: room.issue("evening").state, S.LOCKED)
    assert len(room.inbox) == 0
    room.clock.at += timedelta(minutes=6)
    eventually(lambda: room.issue("evening").state, S.SENT)
    assert room.inbox.addresses() == dict.fromkeys(READERS, 1)
