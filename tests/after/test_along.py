"""Of what the send page does, act and record stand together or neither does."""

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.errors import WrongStateError
from digest.model import IssueState
from digest.passage import Passage
from digest.staff.house import COMMAND_LINE
from digest.store.engine import reading
from digest.store.tables import issue, issue_event
from tests.after.conftest import Make
from tests.after.room import Room


class KilledError(Exception):
    """The process ends here."""


def dies(connection: Connection) -> None:
    raise KilledError


def stored(room: Room) -> tuple[object, ...]:
    """All that the database says of issues and what was done to them."""
    with reading(room.app.engine) as connection:
        return tuple(
            tuple(connection.execute(sa.select(table).order_by(table.c.id)).all())
            for table in (issue, issue_event)
        )


def test_what_dies_before_it_is_written_down_was_not_done(make: Make) -> None:
    room = make('approval = "required"')
    room.app.tick(sending=False)
    one = room.app.newsroom.open_next("daily")
    passage: Passage = room.app.newsroom.passage

    def told() -> list[str]:
        return [entry.act.what for entry in room.app.accounts.record()]

    steps = [
        ("hold", lambda now, along: passage.hold(now, "ed", "why", along)),
        ("review", lambda now, along: passage.review(now, "ed", along)),
        ("approve", lambda now, along: passage.approve(now, now.revision, (), "ed", along)),
        ("pause", lambda now, along: passage.pause(now, "ed", "why", along)),
        ("resume", lambda now, along: passage.resume(now, "ed", along, late=False)),
        ("now", lambda now, along: passage.send(now, "ed", along)),
        ("undo", lambda now, along: passage.undo(now, "ed", along)),
        ("stop", lambda now, along: passage.stop(now, "ed", "why", along)),
    ]
    for name, act in steps:
        before, record = stored(room), told()
        with pytest.raises(KilledError):
            act(room.app.newsroom.issue(one.id), dies)
        assert stored(room) == before, name
        along = room.app.accounts.noting(COMMAND_LINE, name, f"issue {one.id}")
        act(room.app.newsroom.issue(one.id), along)
        assert stored(room) != before, name
        assert told() == [*record, name]
    assert room.app.newsroom.issue(one.id).state is IssueState.CANCELLED
    # What is refused leaves nothing in the record.
    with pytest.raises(WrongStateError):
        passage.pause(room.app.newsroom.issue(one.id), "ed", "", along)
    assert told() == [name for name, _ in steps]
    assert room.app.accounts.verify().sound
