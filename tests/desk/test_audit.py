"""The record is only added to, and shows what was done to it behind our back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from digest.people.audit import START, Act, Entry, verify
from digest.store import audit
from digest.store.engine import reading, writing
from digest.store.people_tables import audit as table
from tests.desk.conftest import NOW

KEY = b"key"
TEXT = some.text(max_size=20)
ACTS = some.lists(
    some.builds(
        Act,
        at=some.integers(0, 10**9).map(lambda micro: NOW + timedelta(microseconds=micro)),
        who=TEXT,
        person=some.none() | some.integers(1, 99),
        what=TEXT,
        about=TEXT,
        before=TEXT,
        after=TEXT,
    ),
    min_size=2,
    max_size=6,
)


def chain(acts: list[Act]) -> list[Entry]:
    found: list[Entry] = []
    for act in acts:
        found.append(Entry.after(found[-1] if found else None, act, KEY))
    return found


def act(what: str) -> Act:
    return Act(at=NOW, who="Ann", person=1, what=what, place="10.0.0.7", session="0123abcd")


@given(ACTS)
def test_what_was_written_is_sound(acts: list[Act]) -> None:
    entries = chain(acts)
    found = verify(entries, KEY)
    assert found.sound
    assert (found.entries, found.last) == (len(acts), entries[-1].seal)


@given(ACTS, some.data())
def test_any_change_is_found_where_it_is(acts: list[Act], data: some.DataObject) -> None:
    entries = chain(acts)
    at = data.draw(some.integers(0, len(acts) - 1))
    field = data.draw(some.sampled_from(["who", "what", "about", "before", "after", "place"]))
    changed = replace(entries[at].act, **{field: getattr(entries[at].act, field) + "x"})
    harmed = [*entries[:at], replace(entries[at], act=changed), *entries[at + 1 :]]
    assert verify(harmed, KEY).broken == at + 1
    # Sealing it again by other means needs the key.
    forged = chain([one.act for one in harmed[:at]])
    forged.append(Entry.after(forged[-1] if forged else None, changed, b"another key"))
    assert verify(forged, KEY).broken == at + 1


@given(ACTS, some.data())
def test_an_entry_taken_out_is_found(acts: list[Act], data: some.DataObject) -> None:
    entries = chain(acts)
    at = data.draw(some.integers(0, len(acts) - 2))
    assert not verify([*entries[:at], *entries[at + 1 :]], KEY).sound


@given(ACTS)
def test_an_end_that_was_cut_off_is_found_by_who_kept_a_seal(acts: list[Act]) -> None:
    entries = chain(acts)
    assert verify(entries[:-1], KEY).sound
    assert not verify(entries[:-1], KEY, anchor=entries[-1].seal).sound
    assert verify(entries, KEY, anchor=entries[0].seal).sound


def test_words_do_not_run_into_their_neighbours() -> None:
    one = replace(act("x"), about="a", before="bc")
    other = replace(act("x"), about="ab", before="c")
    assert Entry.after(None, one, KEY).seal != Entry.after(None, other, KEY).seal


def test_the_database_keeps_it_to_the_letter(engine: Engine) -> None:
    with writing(engine) as connection:
        for what in ("log in", "roles", "log out"):
            audit.add(connection, act(what), KEY)
    with reading(engine) as connection:
        entries = list(audit.every(connection))
        newest = audit.newest(connection, 2)
    assert [one.act.what for one in entries] == ["log in", "roles", "log out"]
    assert newest == entries[:0:-1]
    assert verify(entries, KEY).sound
    assert verify([], KEY).last == START


@pytest.mark.parametrize(
    "statement",
    [
        sa.update(table).values(who="Bob"),
        sa.delete(table),
        sa.delete(table).where(table.c.id == 1),
    ],
)
def test_nothing_in_it_is_changed_or_taken_away(
    engine: Engine, statement: sa.Update | sa.Delete
) -> None:
    with writing(engine) as connection:
        audit.add(connection, act("log in"), KEY)
    with pytest.raises(DBAPIError, match="only added to"), writing(engine) as connection:
        connection.execute(statement)
    with reading(engine) as connection:
        assert verify(audit.every(connection), KEY).entries == 1


@pytest.mark.part("postgres")
def test_nor_is_the_table_emptied(postgres_url: Callable[[], str]) -> None:
    from digest.store.engine import make_engine
    from digest.store.migrations import migrate

    engine = make_engine(postgres_url())
    migrate(engine)
    with pytest.raises(DBAPIError, match="only added to"), writing(engine) as connection:
        connection.execute(sa.text("TRUNCATE audit"))
    engine.dispose()


def test_who_removes_the_guard_is_found_out(engine: Engine) -> None:
    with writing(engine) as connection:
        for what in ("log in", "roles", "log out"):
            audit.add(connection, act(what), KEY)
    guard = "ALTER TABLE audit DISABLE TRIGGER audit_no_change"
    if engine.dialect.name == "sqlite":
        guard = "DROP TRIGGER audit_no_update"
    with writing(engine) as connection:
        connection.execute(sa.text(guard))
        connection.execute(sa.update(table).where(table.c.id == 2).values(after="admin"))
    with reading(engine) as connection:
        assert verify(audit.every(connection), KEY).broken == 2
