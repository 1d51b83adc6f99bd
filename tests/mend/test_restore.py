"""Restores: what they refuse, what they put aside, and what they do without a journal."""

import json
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from digest import pipeline
from digest.errors import InvalidError, StrangerError, WrongStateError
from digest.model import IssueState
from digest.people.audit import Act
from digest.steps.fsck import fsck
from digest.store import audit as audits
from digest.store import copying, issues, parcel
from digest.store.engine import reading, writing
from digest.store.people_tables import audit
from digest.store.tables import story
from tests.mend.conftest import Lose
from tests.mend.room import READERS, House, furnish


def test_a_backup_is_the_owners_alone_and_says_what_it_holds(house: House) -> None:
    made = house.app.keeper.backup()
    assert made.file.stat().st_mode & 0o777 == 0o600
    assert made.manifest.tables["subscriber"].rows == READERS
    with zipfile.ZipFile(made.file) as parcel:
        assert sorted(parcel.namelist()) == ["digest.sqlite3", "manifest.json"]
        assert json.loads(parcel.read("manifest.json"))["id"] == made.manifest.id


def test_without_its_journal_a_restored_copy_stands_still(house: House, lose: Lose) -> None:
    issue = house.addressed()
    house.send_batch(issue, 1)
    made = house.app.keeper.backup()
    house.send_batch(issue, 2)
    journal = house.app.settings.backup.journal
    journal.rename(journal.with_name("lost"))
    house = lose(house)
    told = house.app.keeper.restore(made.file, replace=False, without="")
    assert told.done is None
    house = house.again()
    with pytest.raises(StrangerError, match="without the journal"):
        house.send(issue)
    with pytest.raises(StrangerError, match="without the journal"):
        house.app.installation.adopt("somebody")
    with pytest.raises(WrongStateError, match="does not hold the backup"):
        house.app.keeper.reapply("somebody", without=False)
    # What may have gone is in doubt: all that was open.
    done = house.app.keeper.reapply("Ines", without=True)
    assert done is not None
    assert done.batches == 3
    house.send(issue)
    assert max(house.provider.taken.values()) == 1
    assert fsck(house.parts) == []


def test_its_journal_may_come_back_later(house: House, lose: Lose) -> None:
    issue = house.addressed()
    made = house.app.keeper.backup()
    left = house.who(7)
    recipient = house.app.people.recipients("daily", [left], house.clock.now())[left]
    assert not isinstance(recipient, str)
    journal = house.app.settings.backup.journal
    assert house.app.people.leave_by_key(recipient.leave_path.rpartition("/")[2], house.clock.now())
    journal.rename(journal.with_name("elsewhere"))
    house = lose(house)
    house.app.keeper.restore(made.file, replace=False, without="")
    journal.with_name("elsewhere").rename(journal)
    done = house.again().app.keeper.reapply("Ines", without=False)
    assert done is not None
    assert (done.left, done.batches) == (1, 0)
    house = house.again()
    house.send(issue)
    assert house.provider.taken.keys() == set(range(1, READERS + 1)) - {left}


def test_a_copy_that_others_restored_is_brought_up_by_the_journal(tmp_path: Path) -> None:
    """A snapshot of the disk, say: the guard sees that it is older than what went."""
    house = furnish(tmp_path)
    before = house.clock.now()
    issue = house.addressed()
    left, file = house.who(7), tmp_path / "var" / "digest.sqlite3"
    house.app.engine.dispose()
    snapshot = file.read_bytes()
    house = house.again()
    house.app.people.suppress(left, reason="asked", now=house.clock.now())
    house.send_batch(issue, 1)
    house.app.engine.dispose()
    file.write_bytes(snapshot)
    house = house.again()
    done = house.app.keeper.since(before, "Ines")
    assert (done.suppressed, done.batches) == (1, 1)
    house.send(issue)
    assert max(house.provider.taken.values()) == 1
    assert fsck(house.parts) == []
    house.app.engine.dispose()


def test_an_issue_that_went_after_the_backup_is_not_sent_again(house: House, lose: Lose) -> None:
    made = house.app.keeper.backup()
    issue = house.addressed()
    house.send(issue)
    house = lose(house)
    told = house.app.keeper.restore(made.file, replace=False, without="")
    assert told.done is not None
    assert told.done.issues == 1
    house = house.again()
    with reading(house.app.engine) as connection:
        found = issues.find(connection, "daily", issue.local_date)
    assert found is not None
    assert found.state is IssueState.MISSED
    pipeline.tick(house.parts)
    assert max(house.provider.taken.values()) == 1


def test_what_comes_after_a_restore_has_numbers_that_nothing_had(house: House, lose: Lose) -> None:
    made = house.app.keeper.backup()
    lost = house.app.add_subscriber("late@example.org", frozenset({"daily"}), "form", "")
    house = lose(house)
    house.app.keeper.restore(made.file, replace=False, without="")
    house = house.again()
    assert house.app.people.find("late@example.org") is None
    new = house.app.add_subscriber("new@example.org", frozenset({"daily"}), "form", "")
    assert new > lost + 1_000_000


def test_a_database_that_is_there_is_put_aside_only_when_told(house: House) -> None:
    act = Act(at=house.clock.now(), who="Ines", person=None, what="login")
    with writing(house.app.engine) as connection:
        audits.add(connection, act, b"key")
    made = house.app.keeper.backup()
    with writing(house.app.engine) as connection:
        connection.execute(sa.delete(story))
    with pytest.raises(WrongStateError, match="there is a database already"):
        house.app.keeper.restore(made.file, replace=False, without="")
    told = house.app.keeper.restore(made.file, replace=True, without="")
    house = house.again()
    with reading(house.app.engine) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(story)) == 3
        if house.app.engine.dialect.name == "postgresql":
            schema = told.aside.removeprefix("schema ")
            kept = sa.text(f'SELECT count(*) FROM "{schema}".subscriber')
            assert connection.scalar(kept) == READERS
        else:
            assert Path(told.aside).exists()
    house.app.migrate()
    assert fsck(house.parts) == []
    # What keeps the audit from being changed came along.
    with (
        pytest.raises(sa.exc.DatabaseError, match="only added to"),
        writing(house.app.engine) as connection,
    ):
        connection.execute(sa.delete(audit))


def test_damage_is_found_and_nothing_changes(house: House, lose: Lose, tmp_path: Path) -> None:
    made = house.app.keeper.backup()
    house = lose(house)
    torn = tmp_path / "torn.backup"
    torn.write_bytes(made.file.read_bytes()[:-2000])
    with pytest.raises(InvalidError, match=r"torn\.backup is no backup, or is damaged"):
        house.app.keeper.restore(torn, replace=False, without="")
    flipped = bytearray(made.file.read_bytes())
    flipped[len(flipped) // 2] ^= 0xFF
    torn.write_bytes(flipped)
    with pytest.raises(InvalidError):
        house.app.keeper.restore(torn, replace=False, without="")
    other = tmp_path / "other.backup"
    _with_another_row(made.file, other)
    with pytest.raises(InvalidError, match="not what its manifest says"):
        house.app.keeper.restore(other, replace=False, without="")
    with reading(house.app.engine) as connection:
        assert copying.filled(connection, house.app.keeper.keeping.tables) == []


def _with_another_row(file: Path, other: Path) -> None:
    """The backup, with a database that somebody changed."""
    copy = other.with_suffix(".sqlite3")
    told = parcel.unpack(file, copy)
    copy.write_bytes(copy.read_bytes().replace(b"reader1@example.org", b"reader0@example.org"))
    parcel.write(other, told, copy)
