"""A database that was copied or restored sends nothing until it is adopted."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import Engine, make_url

from digest.errors import StrangerError
from digest.model import IssueState
from digest.model.installation import ALONE, ELSEWHERE, OLDER, OTHER
from digest.schedule.occurrences import Occurrence
from digest.steps.installation import Installation, machine
from digest.store import control, issues, schedules
from digest.store.engine import make_engine, reading, writing
from digest.store.migrations import migrate
from tests.making import NOW


def of(engine: Engine, folder: Path, **changes: str) -> Installation:
    return Installation(engine=engine, folder=folder, now=lambda: NOW, **changes)


def with_an_issue(engine: Engine) -> None:
    with writing(engine) as connection:
        issues.open_issue(connection, "daily", Occurrence(local_date=NOW.date(), at=NOW))


def test_a_new_database_is_founded_once(engine: Engine, tmp_path: Path) -> None:
    first, second = of(engine, tmp_path / "one"), of(engine, tmp_path / "two")
    assert (first.why_not(), second.why_not()) == ("", "")
    known = first.known()
    assert known is not None
    assert known == second.known()
    assert oct(first.note_file.stat().st_mode)[-3:] == "600"


def test_one_that_forgot_is_refused_until_it_is_adopted(engine: Engine, tmp_path: Path) -> None:
    here = of(engine, tmp_path)
    here.guard()
    with_an_issue(engine)
    # As if the database were from before the last mark.
    here.note_file.write_text(here.note_file.read_text().replace('"mark": 1', '"mark": 2'))
    assert here.why_not() == OLDER
    with pytest.raises(StrangerError, match="digest adopt"):
        here.guard()
    assert here.adopt("Ada", "restored last night") == [1]
    here.guard()
    with reading(engine) as connection:
        paused = control.standing(connection, issues.find(connection, "daily", NOW.date()).id)  # type: ignore[union-attr]  # opened above
    assert paused is not None
    assert paused.who == "Ada"


def test_what_goes_is_marked_and_so_is_an_hour(engine: Engine, tmp_path: Path) -> None:
    here = of(engine, tmp_path)
    here.guard()
    with writing(engine) as connection:
        here.mark(connection)
    here.guard()
    assert '"mark": 2' in here.note_file.read_text()
    later = Installation(
        engine=engine, folder=tmp_path, now=lambda: NOW + timedelta(minutes=61), machine="m"
    )
    later.guard()
    assert '"mark": 3' in later.note_file.read_text()


def test_an_older_database_without_a_name_is_founded(engine: Engine, tmp_path: Path) -> None:
    """It sent before it had one; only where a note says otherwise is it a stranger."""
    with_an_issue(engine)
    here = of(engine, tmp_path)
    here.note_file.write_text('{"id": "x", "mark": 4, "machine": ""}')
    assert here.why_not() == OTHER
    here.note_file.unlink()
    here.guard()


def test_a_copied_file_is_a_stranger(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'one.sqlite3'}")
    migrate(engine)
    of(engine, tmp_path).guard()
    engine.dispose()
    shutil.copy(tmp_path / "one.sqlite3", tmp_path / "two.sqlite3")
    copy = make_engine(f"sqlite:///{tmp_path / 'two.sqlite3'}")
    assert of(copy, tmp_path).why_not() == ALONE
    of(copy, tmp_path).adopt("Ada")
    of(copy, tmp_path).guard()
    # The original has not become a stranger, nor the copy another's original.
    of(engine, tmp_path).guard()
    engine.dispose()
    copy.dispose()
    shutil.copy(tmp_path / "two.sqlite3", tmp_path / "one.sqlite3")
    assert of(engine, tmp_path).why_not() == OTHER
    engine.dispose()
    copy.dispose()


@pytest.mark.part("postgres")
def test_a_restored_server_is_a_stranger(postgres_url: Callable[..., str], tmp_path: Path) -> None:
    """CREATE DATABASE from a template is what a restore comes to: the same rows, a new oid."""
    url = make_url(postgres_url(migrate))
    engine = make_engine(url.render_as_string(hide_password=False))
    of(engine, tmp_path / "one").guard()
    engine.dispose()
    with psycopg.connect(
        url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False),
        autocommit=True,
    ) as admin:
        admin.execute(f'CREATE DATABASE restored TEMPLATE "{url.database}"')
    copy = make_engine(url.set(database="restored").render_as_string(hide_password=False))
    elsewhere = tmp_path / "another machine"
    assert of(copy, tmp_path / "one").why_not() == ELSEWHERE
    assert of(copy, elsewhere).why_not() == ELSEWHERE
    of(copy, tmp_path / "one").adopt("Ada")
    # Other machines' workers need not be told: the server says where it is.
    of(copy, tmp_path / "one").guard()
    of(copy, elsewhere).guard()
    of(engine, elsewhere / "fresh").guard()
    copy.dispose()
    engine.dispose()


def test_the_machines_own_id_is_not_told() -> None:
    own = Path("/etc/machine-id")
    assert machine() == machine()
    assert not own.exists() or own.read_text().strip() not in machine()


def test_states_are_left_as_they_are(engine: Engine, tmp_path: Path) -> None:
    with_an_issue(engine)
    of(engine, tmp_path).adopt("Ada")
    with reading(engine) as connection:
        found = issues.find(connection, "daily", NOW.date())
    assert found is not None
    assert found.state is IssueState.PLANNED


def test_what_was_due_before_it_was_adopted_is_not_made_up_for(
    engine: Engine, tmp_path: Path
) -> None:
    """Its issue may have gone, and this copy knows nothing of it."""
    here = of(engine, tmp_path)
    here.guard()
    with writing(engine) as connection:
        schedules.put(connection, "daily", "06:00", NOW - timedelta(days=3))
    here.note_file.write_text(here.note_file.read_text().replace('"mark": 1', '"mark": 2'))
    here.adopt("Ada")
    with reading(engine) as connection:
        assert schedules.since(connection, "daily") == ("06:00", NOW)


def test_who_died_while_founding_it_leaves_no_stranger(engine: Engine, tmp_path: Path) -> None:
    here = of(engine, tmp_path)
    here.guard()
    with_an_issue(engine)
    here.note_file.write_text('{"id": "", "mark": 0, "machine": ""}')
    here.guard()
    assert '"mark": 1' in here.note_file.read_text()
    # But a note that was never finished says nothing for one of which something went.
    with writing(engine) as connection:
        here.mark(connection)
    here.note_file.write_text('{"id": "", "mark": 0, "machine": ""}')
    assert here.why_not() == OTHER
