"""What the newsroom does for one person: have them leave, never mail them, write to them again."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from subscribers import Care, Subscribers, UnknownError
from subscribers.joining import Joining, SignUp
from subscribers.letters import LetterKind
from subscribers.limits import Limits
from subscribers.tables import letter_due
from tests.subscribers.conftest import KEYS, NOW, add

HOW = "asked the newsroom: letter of 3 May"
BY = "desk: Ann"


def states(people: Subscribers, who: int) -> dict[str, str]:
    return {one.edition: one.state for one in people.why(who).subscriptions}


def test_they_leave_what_they_asked_to_leave_and_the_proof_says_how(
    people: Subscribers, engine: Engine
) -> None:
    who, other = (add(people, f"{one}@mail.example", "morning", "weekly") for one in "ab")
    care = Care(engine)
    assert care.leave(who, "weekly", how=HOW, actor=BY, now=NOW) == {"weekly"}
    assert care.leave(who, "weekly", how=HOW, actor=BY, now=NOW) == frozenset()
    assert states(people, who) == {"morning": "active", "weekly": "left"}
    last = people.why(who).consents[-1]
    assert (last.action, last.purpose, last.source, last.actor) == (
        "withdrawn",
        "newsletter:weekly",
        HOW,
        BY,
    )
    assert care.leave(who, "", how=HOW, actor=BY, now=NOW) == {"morning"}
    assert people.why(who).suppressions == ()
    assert states(people, other) == {"morning": "active", "weekly": "active"}


def test_never_again_is_a_promise_of_its_own(people: Subscribers, engine: Engine) -> None:
    who = add(people, "a@mail.example")
    assert Care(engine).never(who, how=HOW, actor=BY, now=NOW) == {"morning"}
    (promise,) = people.why(who).suppressions
    assert (promise.scope, promise.reason) == ("", "asked")


def letters(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(sa.select(letter_due).order_by(letter_due.c.id))
        return [(row.kind, row.about) for row in rows]


def test_who_never_confirmed_is_asked_again_and_others_get_links(
    people: Subscribers, engine: Engine
) -> None:
    wish = SignUp(email="new@mail.example", editions=frozenset({"weekly"}), source="form")
    Joining(engine, KEYS, Limits()).sign_up(wish, NOW)
    new, known = people.find("new@mail.example"), add(people, "known@mail.example")
    assert new is not None
    care, before = Care(engine), len(letters(engine))
    for _ in range(2):
        assert care.write_again(new, NOW) is LetterKind.CONFIRMATION
        assert care.write_again(known, NOW) is LetterKind.LINK
    assert letters(engine)[before:] == [("confirmation", "weekly"), ("link", "")]
    care.write_again(known, NOW + timedelta(minutes=10))
    assert len(letters(engine)) == before + 3


def test_nobody(people: Subscribers, engine: Engine) -> None:
    care = Care(engine)
    with pytest.raises(UnknownError):
        care.leave(9, "", how=HOW, actor=BY, now=NOW)
    with pytest.raises(UnknownError):
        care.never(9, how=HOW, actor=BY, now=NOW)
    with pytest.raises(UnknownError):
        care.write_again(9, NOW)
