"""The journal beside the database: what commits stands in it, what does not does not."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from digest.store.engine import make_engine
from subscribers import Departures, Reading, Subscribers, migrate, reapply
from subscribers.tables import subscription, suppression
from tests.migrated import sqlite_url
from tests.subscribers.conftest import NOW, add, house


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Departures:
    return Departures(tmp_path / "departures", clock)


@pytest.fixture
def engine(tmp_path: Path, journal: Departures) -> Iterator[Engine]:
    made = make_engine(sqlite_url(tmp_path / "people.db", migrate))
    journal.keep(made)
    yield made
    made.dispose()


@pytest.fixture
def people(engine: Engine) -> Subscribers:
    return house(engine)


def kinds(journal: Departures) -> list[str]:
    return [one["what"] for one in journal.read().entries]


def test_no_entry_holds_an_address(people: Subscribers, journal: Departures) -> None:
    who = add(people, "anna@example.org", "morning", "sport")
    people.leave_all(people.preferences_path(who, NOW).removeprefix("/p/"), NOW)
    people.suppress(who, reason="asked", now=NOW)
    (file,) = journal.folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text()
    assert "anna" not in text
    assert "example.org" not in text
    assert [set(json.loads(line)) for line in text.splitlines()] == [
        {"written", "what", "subscriber", "edition", "at"},
        {"written", "what", "subscriber", "edition", "at"},
        {"written", "what", "address", "scope", "reason", "at"},
    ]


def test_what_is_rolled_back_is_not_written(
    people: Subscribers, engine: Engine, journal: Departures, tmp_path: Path
) -> None:
    who = add(people, "anna@example.org")
    account = tmp_path / "account"
    account.mkdir()
    told = "Email Address,UNSUB_TIME\nanna@example.org,2026-11-24 05:30:00\n"
    (account / "unsubscribed_old.csv").write_text(told)
    everyone = Reading(editions=frozenset({"morning"}))
    people.import_export(
        account, "mailchimp", now=NOW, actor="test", reading=everyone, dry_run=True
    )
    with pytest.raises(ZeroDivisionError), engine.begin() as connection:
        connection.info["told"] = _suppress(connection) / 0
    people.import_csv(BytesIO(b"email,editions,consent_source\n"), now=NOW, actor="test")
    assert not journal.here()
    people.suppress(who, reason="asked", now=NOW)
    assert kinds(journal) == ["suppressed"]


def _suppress(connection: sa.Connection) -> int:
    from subscribers import suppression as promises

    promises.suppress(connection, "0" * 64, reason="x", scope="", now=NOW)
    return 1


def test_a_line_that_was_cut_short_spoils_no_other(
    people: Subscribers, journal: Departures
) -> None:
    who = add(people, "anna@example.org")
    people.suppress(who, reason="asked", now=NOW)
    (file,) = journal.folder.iterdir()
    with file.open("ab") as end:
        end.write(b'{"written": "2026-11-24T06:0')
    people.suppress(who, reason="asked", scope="sport", now=NOW)
    told = journal.read()
    assert ([one["what"] for one in told.entries], told.unreadable) == (["suppressed"] * 2, 1)


def test_nobody_is_kept_from_leaving_by_a_disk(
    people: Subscribers, engine: Engine, journal: Departures
) -> None:
    """Written with the next entry, once the folder can be written again."""
    who = add(people, "anna@example.org", "morning", "sport")
    journal.folder.write_text("a file is in the folder's place")
    people.suppress(who, reason="asked", now=NOW)
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(suppression)) == 1
    journal.folder.unlink()
    people.suppress(who, reason="asked", scope="sport", now=NOW)
    assert kinds(journal) == ["suppressed", "suppressed"]


def test_months_go_by_their_age(journal: Departures, clock: Clock) -> None:
    for month in (1, 9, 11):
        clock.at = datetime(2026, month, 20, tzinfo=UTC)
        journal.append([{"what": "backup", "id": str(month)}])
    assert journal.forget(NOW - timedelta(days=100), dry_run=True) == 1
    assert journal.forget(NOW - timedelta(days=100)) == 1
    assert [one["id"] for one in journal.read().entries] == ["9", "11"]
    assert [one["id"] for one in journal.read(NOW - timedelta(days=30)).entries] == ["11"]


def test_who_came_back_stays_and_who_left_stays_away(
    people: Subscribers, engine: Engine, journal: Departures
) -> None:
    """The journal reaches further back than the copy that it is applied to; twice is as once."""
    back, gone = add(people, "back@example.org"), add(people, "gone@example.org")
    for who in (back, gone):
        people.leave_all(people.preferences_path(who, NOW).removeprefix("/p/"), NOW)
    later = NOW + timedelta(hours=1)
    people.undo.take_back(people.undo.path(back, ["morning"], NOW).removeprefix("/undo/"), later)
    for _ in range(2):
        reapply(engine, journal.read().entries)
        with engine.connect() as connection:
            rows = connection.execute(
                sa.select(subscription.c.subscriber_id, subscription.c.state)
            ).all()
        assert dict(map(tuple, rows)) == {back: "active", gone: "left"}
