"""Old consents: asked for again, and given up by those who do not answer the letter, alone."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import typer

from digest.cli.repermit import before
from subscribers import Consent
from subscribers.tables import subscriber
from tests.joining.conftest import Door
from tests.subscribers.conftest import NOW

LONG_AGO = NOW - timedelta(days=1000)
OLD = NOW - timedelta(days=730)


def add(door: Door, email: str, *editions: str, at: datetime = LONG_AGO) -> int:
    return door.people.add(
        email,
        consent=Consent(source="form", at=at),
        editions=frozenset(editions or ["morning"]),
        now=at,
        actor="tests",
    )


def test_who_is_asked(door: Door) -> None:
    who = add(door, "old@example.org", "morning", "weekly")
    add(door, "young@example.org", at=NOW - timedelta(days=100))
    gone = add(door, "gone@example.org")
    door.people.suppress(gone, reason="bounce", now=NOW)
    other = add(door, "other@example.org", "sport")
    assert door.permission.ask_again(OLD, NOW, dry_run=True) == 2
    assert not door.due()
    assert door.permission.ask_again(OLD, NOW, edition="sport") == 1
    assert [one.subscriber for one in door.take()] == [other]
    assert door.permission.ask_again(OLD, NOW) == 1, "nobody is asked twice"
    letter = door.letter()
    assert (letter.subscriber, letter.editions) == (who, ("morning", "weekly"))
    assert letter.kind == "stay"


def test_yes(door: Door) -> None:
    who = add(door, "old@example.org", "morning", "weekly")
    door.permission.ask_again(OLD, NOW)
    letter = door.letter()
    before_any = door.everything()
    assert door.client().get(letter.path).status_code == 200
    assert door.everything() == before_any
    assert door.client().post(letter.path).status_code == 200
    assert [one.action for one in door.people.why(who).consents[2:]] == ["confirmed"] * 2
    assert door.permission.give_up(NOW + timedelta(days=61)) == 0
    assert door.permission.ask_again(OLD, NOW + timedelta(days=90)) == 0


def test_no_answer(door: Door) -> None:
    who = add(door, "old@example.org", "morning", "weekly")
    door.permission.ask_again(OLD, NOW, edition="weekly")
    door.take()
    # an edition joined after the letter has a yes of its own, so this is an act of theirs
    assert door.permission.give_up(NOW + timedelta(days=59)) == 0
    assert door.permission.give_up(NOW + timedelta(days=60)) == 1
    assert door.states("old@example.org") == {"morning": "active", "weekly": "left"}
    last = door.people.why(who).consents[-1]
    assert (last.action, last.purpose) == ("expired", "newsletter:weekly")
    assert door.permission.give_up(NOW + timedelta(days=70)) == 0, "once"


def test_only_silence_to_a_letter_that_went_counts(door: Door) -> None:
    add(door, "refused@example.org")
    add(door, "active@example.org")
    door.permission.ask_again(OLD, NOW)
    refused, active = door.due()
    door.mail.done(refused.id, "rejected", NOW)
    door.mail.done(active.id, "accepted", NOW)
    # whoever was never seen to open anything is no different
    with door.engine.begin() as connection:
        connection.execute(
            sa.update(subscriber)
            .where(subscriber.c.id == active.subscriber)
            .values(last_active_at=NOW + timedelta(days=3))
        )
    assert door.permission.give_up(NOW + timedelta(days=100)) == 0
    assert door.states("refused@example.org") == {"morning": "active"}


def test_who_never_was_written_to_stays(door: Door) -> None:
    add(door, "silent@example.org")
    assert door.permission.give_up(NOW + timedelta(days=5000)) == 0


def test_who_left_meanwhile_gets_no_letter(door: Door) -> None:
    add(door, "old@example.org")
    door.permission.ask_again(OLD, NOW)
    (letter,) = door.due()
    token = letter.preferences_path.removeprefix("/p/")
    door.people.leave_all(token, NOW)
    assert [one.barred for one in door.due()] == ["left"]


def test_ages() -> None:
    now = datetime(2026, 3, 31, 8, tzinfo=UTC)
    assert before("24m", now) == datetime(2024, 3, 28, 8, tzinfo=UTC)
    assert before("2y", now) == before("24m", now)
    assert before("700d", now) == now - timedelta(days=700)
    assert before("3m", datetime(2026, 3, 5, tzinfo=UTC)) == datetime(2025, 12, 5, tzinfo=UTC)
    for wrong in ("long", "0m", "24", "9999y", "m"):
        with pytest.raises(typer.BadParameter):
            before(wrong, now)
