"""Another address: asked for by a fresh link, confirmed from there, and nothing told of others'."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from subscribers import Limits
from subscribers.tables import subscriber
from tests.joining.conftest import Door
from tests.subscribers.conftest import EVERY_DAY, NOW, add

OLD, NEW = "old@example.org", "new@example.net"


def fresh(door: Door, email: str = OLD) -> str:
    """The path of a fresh link to a person's data."""
    door.client().post("/links", data={"email": email})
    return door.letter().path


def ask(door: Door, email: str = NEW) -> None:
    answer = door.client().post(fresh(door), data={"do": "address", "email": email})
    assert answer.status_code == 200


def test_moving(door: Door) -> None:
    who = add(door.people, OLD, "morning")
    page = door.client().get(fresh(door))
    assert "o•••@example.org" in page.text
    assert OLD not in page.text
    ask(door)
    letter = door.letter()
    assert (letter.kind, letter.address) == ("new_address", NEW)
    before = door.everything()
    assert "n•••@example.net" in door.client().get(letter.path).text
    assert door.everything() == before, "a GET moves nobody"
    assert door.people.find(OLD) == who

    assert "come to this address now" in door.client().post(letter.path).text
    assert door.people.find(NEW) == who
    assert door.people.find(OLD) is None
    last = door.letter()
    assert (last.kind, last.address, last.path) == ("old_address", OLD, "")
    assert door.client().post(letter.path).status_code == 404, "once"
    (reader,) = door.people.readers("morning", (), (), EVERY_DAY, NOW)
    assert reader.subscriber == who


def test_only_the_last_change_asked_for_counts(door: Door) -> None:
    who = add(door.people, OLD, "morning")
    ask(door, "first@example.net")
    first = door.letter()
    ask(door)
    second = door.letter()
    assert door.client().post(first.path).status_code == 404
    assert door.client().post(second.path).status_code == 200
    assert door.people.find(NEW) == who


def test_an_address_that_somebody_has(door: Door) -> None:
    who, other = add(door.people, OLD, "morning"), add(door.people, NEW, "morning")
    free = door.client().post(fresh(door), data={"email": "free@example.net"})
    door.take()
    taken = door.client().post(fresh(door), data={"email": NEW})
    assert (taken.status_code, taken.content) == (free.status_code, free.content)
    letter = door.letter()
    answer = door.client().post(letter.path)
    assert answer.status_code == 200
    assert "cannot be used" in answer.text
    assert (door.people.find(OLD), door.people.find(NEW)) == (who, other)
    assert not door.due(), "nobody hears of it"


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ("bounce", "", []),
        ("complaint", "", ["complaint"]),
        ("", "bounce", []),
        ("", "asked", []),
        ("bounce", "complaint", []),
    ],
)
def test_promises_move_with_the_person(door: Door, old: str, new: str, left: list[str]) -> None:
    who = add(door.people, OLD, "morning")
    if new:
        before = add(door.people, NEW, "weekly")
        door.people.suppress(before, reason=new, now=NOW - timedelta(days=1))
        _erase(door, before)
    if old:
        door.people.suppress(who, reason=old, now=NOW)
    ask(door)
    door.client().post(door.letter().path)
    assert [one.reason for one in door.people.why(who).suppressions] == left
    kinds = [one.kind for one in door.take()]
    assert kinds == ([] if old else ["old_address"]), "nothing goes to a suppressed address"
    # the old address keeps what it was promised
    door.join(OLD, "weekly")
    stranger = door.people.find(OLD)
    assert stranger is not None
    assert [one.reason for one in door.people.why(stranger).suppressions] == ([old] if old else [])


def _erase(door: Door, who: int) -> None:
    with door.engine.begin() as connection:
        connection.execute(sa.delete(subscriber).where(subscriber.c.id == who))


def test_no_address_can_be_bombed(door: Door) -> None:
    door.limits = Limits(letters=2, per_place=0, per_minute=0)
    for n in range(3):
        add(door.people, f"{n}{OLD}", "morning")
        answer = door.client().post(fresh(door, f"{n}{OLD}"), data={"email": NEW})
        assert answer.status_code == 200
        assert len(door.take()) == (n < 2)


def test_what_is_no_address_is_told(lite: Door) -> None:
    add(lite.people, OLD, "morning")
    path = fresh(lite)
    answer = lite.client().post(path, data={"email": "nobody"})
    assert answer.status_code == 400
    assert "no e-mail address" in answer.text
    lite.now += timedelta(hours=2)
    assert lite.client().post(path, data={"email": NEW}).status_code == 404
    assert not lite.due()
