"""One person's data and its erasure over both packages: whole, and finished when broken off."""

import json
import mailbox
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from digest.cli import fsck, line, people_data, retention, subscribers, suppressions
from digest.cli.root import cli
from digest.deliver.returns.forget import KeptMaildir, KeptMails, KeptMbox
from digest.deliver.returns.imap import Imap
from digest.deliver.transports.outbox import Outbox
from digest.deliver.writer import MessageWriter
from digest.model import DeliveryEvent, EventKind
from digest.steps.person import AGAIN, Persons
from digest.steps.retain import KeptDays, retain
from digest.store import letters, person
from digest.store.engine import reading, writing
from digest.store.heard_table import delivery_event
from digest.store.rights_tables import erasure
from digest.store.tables import delivery, letter
from subscribers import Rights, UnknownError
from tests.hear.house import MARKS, NOW, House
from tests.hear.mails import dsn, mark
from tests.hear.test_mailboxes import imap_server
from tests.line.newsroom import csv
from tests.line.test_kills import CONFIG, STORY
from tests.line.test_kills import NOW as SENDING

#: their commands are the root's once they are imported
COMMANDS = (fsck, line, people_data, retention, subscribers, suppressions)


@dataclass(frozen=True, slots=True)
class Case:
    """A newsroom in which readers 1 and 2 got an issue, and a mailbox for bounces."""

    house: House
    persons: Persons
    put: Callable[[bytes], object]
    folder: Path

    def files(self) -> set[str]:
        return {one.name for one in self.folder.rglob("*.*") if one.name != "index.html"}


@pytest.fixture(params=["maildir", "mbox", pytest.param("imap", marks=pytest.mark.part("dovecot"))])
def case(request: pytest.FixtureRequest, room: House, tmp_path: Path) -> Iterator[Case]:
    with ExitStack() as opened:
        yield _case(request.param, room, tmp_path, opened)


def _case(kind: str, room: House, tmp_path: Path, opened: ExitStack) -> Case:
    one, two = room.readers(2)
    issue = room.issue(1, [one, two])
    mails: KeptMails
    put: Callable[[bytes], object]
    if kind == "maildir":
        put, mails = mailbox.Maildir(tmp_path / "box").add, KeptMaildir(tmp_path / "box")
    elif kind == "mbox":
        # What a person should see is in a file beside it.
        box, mails = mailbox.mbox(tmp_path / "box.kept"), KeptMbox(tmp_path / "box")

        def put(raw: bytes) -> None:
            box.add(raw)
            box.flush()

    else:
        port, put = opened.enter_context(imap_server())
        mails = _imap(port)
    outbox = tmp_path / "outbox"
    (outbox / str(issue)).mkdir(parents=True)
    for who in (one, two):
        for end in ("eml", "html"):
            text = f"To: Reader {who} <reader{who}@example.com>\r\nSubject: News\r\n\r\n"
            (outbox / str(issue) / f"{issue}-{who}.{end}").write_text(text)
    persons = Persons(
        engine=room.engine,
        clock=room.clock,
        keeper=Rights(room.engine, {}),
        marks=MARKS,
        outbox=Outbox(outbox, MessageWriter()),
        mails=mails,
        journals=tmp_path / "journals",
    )

    room.hearing.hear(
        [
            DeliveryEvent(
                id=f"one:{who}",
                kind=EventKind.SOFT_BOUNCE,
                issue=issue,
                subscriber=who,
                at=NOW,
                source="own",
                code="451 4.2.0",
            )
            for who in (one, two)
        ]
    )
    with writing(room.engine) as connection:
        for who in (one, two):
            letters.claim(connection, f"welcome-{who}", "welcome", NOW)
            which = sa.update(letter).where(letter.c.purpose == f"welcome-{who}")
            connection.execute(which.values(subscriber_id=who, at=NOW))
    return Case(room, persons, put, outbox)


def _imap(port: int) -> Imap:
    return Imap(host="127.0.0.1", port=port, security="none", username="u", password='p"w\\')


def test_an_erasure_waits_for_no_mail_server(room: House, tmp_path: Path) -> None:
    with ExitStack() as opened:
        case = _case("mbox", room, tmp_path, opened)
        port, put = opened.enter_context(imap_server())
        who = case.house.people.find("reader1@example.com")
        assert who is not None
        put(dsn(to=f"bounce+{mark(f'1-{who}')}@example.org"))
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            away = replace(case.persons, mails=_imap(nobody.getsockname()[1]))
            assert away.erase(who).returned is None
        assert case.house.people.find("reader1@example.com") is None
        again = replace(case.persons, mails=_imap(port))
        assert again.finish() == 1
        assert again.erase(who, dry_run=True).returned == 0
        with reading(room.engine) as connection:
            assert person.asked(connection, NOW + timedelta(seconds=1)) == []


def test_data_of_one_is_whole(case: Case) -> None:
    who = case.house.people.find("reader1@example.com")
    assert who is not None
    told = case.persons.data(who)
    assert told["email"] == "reader1@example.com"
    assert [one["edition"] for one in told["subscription"]] == ["morning", "weekly"]
    assert [(one["issue"], one["state"]) for one in told["deliveries"]] == [(1, "accepted")]
    assert [(one["kind"], one["code"]) for one in told["events"]] == [("soft_bounce", "451 4.2.0")]
    assert [one["purpose"] for one in told["letters"]] == [f"welcome-{who}"]
    with pytest.raises(UnknownError):
        case.persons.data(999)


def test_erased_everywhere_and_nobody_else(case: Case) -> None:
    one, two = (case.house.people.find(f"reader{number}@example.com") for number in (1, 2))
    assert one is not None
    assert two is not None
    case.put(dsn(to=f"bounce+{mark(f'1-{one}')}@example.org", reader="elsewhere@example.net"))
    case.put(dsn(reader="Reader1@Example.com"))
    case.put(dsn(to=f"bounce+{mark(f'1-{two}')}@example.org", reader="reader2@example.com"))
    would = case.persons.erase(one, dry_run=True)
    assert (would.messages, would.returned, would.deliveries, would.events, would.letters) == (
        *(1, 2, 1, 1, 1),
    )
    assert case.files() == {f"1-{who}.{end}" for who in (one, two) for end in ("eml", "html")}
    assert case.persons.erase(one) == would
    assert case.files() == {f"1-{two}.{end}" for end in ("eml", "html")}
    assert "Reader 1" not in (case.folder / "1" / "index.html").read_text()
    assert case.persons.erase(two, dry_run=True).returned == 1
    with reading(case.house.engine) as connection:
        codes = sa.select(delivery.c.subscriber_id, delivery.c.state, delivery.c.code)
        assert (one, "accepted", "") in connection.execute(codes).all()
        heard = sa.select(delivery_event.c.subscriber_id, delivery_event.c.code)
        assert set(connection.execute(heard).all()) == {(one, ""), (two, "451 4.2.0")}
        assert list(connection.scalars(sa.select(letter.c.purpose))) == [f"welcome-{two}"]
        assert person.asked(connection, NOW + timedelta(seconds=1)) == []
    assert case.house.people.find("reader1@example.com") is None
    again = case.persons.erase(one)
    assert (again.messages, again.returned, again.letters) == (0, 0, 0)


def test_an_erasure_that_breaks_off_is_finished(case: Case) -> None:
    who = case.house.people.find("reader1@example.com")
    assert who is not None
    file = case.folder / "1" / f"1-{who}.eml"
    file.unlink()
    file.mkdir()  # it cannot be removed as a file
    with pytest.raises(OSError, match=r"directory|permitted"):
        case.persons.erase(who)
    with reading(case.house.engine) as connection:
        assert person.asked(connection, NOW + timedelta(seconds=1)) == [who]
    told = case.house.people.recipients("morning", [who], NOW)
    assert told == {who: "suppressed"}, "mail stops at once"
    file.rmdir()
    file.write_text("To: Reader 1 <reader1@example.com>\r\n\r\n")
    assert case.persons.finish() == 1
    assert not file.exists()
    assert case.house.people.find("reader1@example.com") is None
    # What a batch at work wrote meanwhile goes in the days after.
    file.write_text("To: Reader 1 <reader1@example.com>\r\n\r\n")
    assert case.persons.finish() == 1
    assert not file.exists()
    case.house.clock.at = NOW + AGAIN + timedelta(hours=1)
    assert case.persons.finish() == 0


HEARD = (
    *("delivery events", "letters’ outcomes", "erasures", "readers’ clicks"),
    "returned mails",
)


def test_what_the_line_heard_ends_too(case: Case, tmp_path: Path) -> None:
    who = case.house.people.find("reader1@example.com")
    assert who is not None
    case.persons.erase(who)
    keep = KeptDays(events=400, letters=90, erasures=400, bounces=90, fetches=0)
    engine, mails = case.house.engine, case.persons.mails

    def gone(days: int, *, dry_run: bool = False) -> list[int]:
        now: datetime = NOW + timedelta(days=days)
        told = retain(engine, mails, keep, now, dry_run=dry_run)
        return [told.get(name, 0) for name in HEARD]

    assert gone(80) == [0, 0, 0, 0, 0]
    assert gone(401, dry_run=True) == [2, 1, 1, 0, 0]
    assert gone(91) == [0, 1, 0, 0, 0]
    assert gone(401) == [2, 0, 1, 0, 0]
    assert gone(401) == [0, 0, 0, 0, 0]
    with reading(engine) as connection:
        assert connection.scalars(sa.select(erasure.c.subscriber_id)).all() == []


def test_read_mails_of_a_maildir_end(tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box")
    for flags in ("S", "F", ""):
        message = mailbox.MaildirMessage(dsn())
        message.set_subdir("cur" if flags else "new")
        message.set_flags(flags)
        box.add(message)
    kept = KeptMaildir(tmp_path / "box")
    # A file's age is by the clock of the system that wrote it.
    late, early = datetime.fromisoformat("2999-01-01T00:00Z"), NOW - timedelta(days=9999)
    assert kept.older(early, remove=True) == 0
    assert kept.older(late, remove=False) == 2
    assert kept.older(late, remove=True) == 2
    assert len(list(box)) == 1


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Any:
        done = CliRunner().invoke(cli, ["--now", SENDING, *words])
        assert done.exit_code == 0, f"{words}: {done.output} {done.exception}"
        return json.loads(done.stdout) if "--json" in words else done.stdout

    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "stories").mkdir()
    (tmp_path / "stories" / "one.md").write_text(STORY)
    rows = [
        (f"{who}@example.org", who, "en", "", "", "daily", "", "form", "2026-01-01")
        for who in ("anna", "ben", "cy")
    ]
    (tmp_path / "people.csv").write_text(csv(rows))
    run("subscribers", "import", "people.csv")
    run("send")
    run("subscribers", "export", "-o", "out.csv")
    assert (tmp_path / "out.csv").read_text().count("@example.org") == 3
    assert run("subscribers", "export", "--format", "json").count("@example.org") == 3
    assert "data.json" in run("subscribers", "data", "anna@example.org", "-o", "anna")
    assert "anna@example.org" in (tmp_path / "anna" / "data.html").read_text()
    proof = run("subscribers", "consent", "anna@example.org", "--json")
    assert [one["purpose"] for one in proof["events"]] == ["newsletter:daily"]
    assert "newsletter:daily,form," in run("subscribers", "consent", "1", "--csv")
    assert "newsletter:daily" in run("subscribers", "consent", "1")
    assert "would be erased" in run("subscribers", "erase", "1", "--dry-run")
    assert run("subscribers", "erase", "1", "--json")["messages"] == 1
    gone = CliRunner().invoke(cli, ["subscribers", "erase", "anna@example.org"])
    assert isinstance(gone.exception, UnknownError)
    left = [one.read_text() for one in (tmp_path / "var/outbox").rglob("*") if one.is_file()]
    assert left
    assert not [text for text in left if "anna" in text]
    database = sqlite3.connect(tmp_path / "var/digest.sqlite3")
    assert "anna" not in "\n".join(database.iterdump())
    database.close()
    assert run("fsck") == "everything adds up\n"
    run("subscribers", "suppress-domain", "example.org", "--reason", "closed")
    told = run("subscribers", "suppressions", "--json")
    assert [one["domain"] for one in told["domains"]] == ["example.org"]
    assert [one["reason"] for one in told["addresses"]] == ["erased"]
    assert "closed" in run("subscribers", "suppressions")
    assert set(run("retention", "--dry-run", "--json")["gone"].values()) == {0}
    assert "unconfirmed sign-ups" in run("retention")
