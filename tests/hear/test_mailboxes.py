"""Mailboxes: each mail is read once, marked only when all is committed, and never lost."""

import fcntl
import grp
import mailbox
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.deliver.returns.boxes import Mailbox, MailboxError, Maildir
from digest.deliver.returns.imap import Imap
from digest.deliver.returns.mbox import Mbox
from digest.deliver.returns.returned import LARGEST
from digest.model import EventKind, IssueId
from digest.steps.returns import Returns
from digest.store import heard
from digest.store.engine import reading
from tests.hear.house import MARKS, NOW, House
from tests.hear.mails import arf, dsn, mark, plain
from tests.parts import dovecot


@dataclass(frozen=True, slots=True)
class Case:
    """A mailbox and how mail gets into it."""

    box: Mailbox
    put: Callable[[bytes], None]


def _maildir(folder: Path) -> Iterator[Case]:
    box = mailbox.Maildir(folder / "maildir", create=True)
    yield Case(Maildir(folder / "maildir"), lambda raw: _ignore(box.add(raw)))


def _mbox(folder: Path) -> Iterator[Case]:
    path = folder / "mbox"

    def put(raw: bytes) -> None:
        box = mailbox.mbox(path)
        box.lock()
        box.add(raw)
        box.flush()
        box.close()

    yield Case(Mbox(path), put)


def _imap(folder: Path) -> Iterator[Case]:
    del folder
    with imap_server() as (port, put):
        yield Case(
            Imap(host="127.0.0.1", port=port, security="none", username="u", password='p"w\\'), put
        )


def _ignore(value: object) -> None:
    del value


KINDS = {"maildir": _maildir, "mbox": _mbox, "imap": _imap}


@pytest.fixture(params=["maildir", "mbox", pytest.param("imap", marks=pytest.mark.part("dovecot"))])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    yield from KINDS[request.param](tmp_path)


def collector(room: House, case: Case) -> Returns:
    return Returns(hearing=room.hearing, box=case.box, marks=MARKS)


def counts(room: House, issue: int = 1) -> dict[EventKind, int]:
    with reading(room.engine) as connection:
        return heard.counts(connection, IssueId(issue))


def test_all_kinds_of_mail(small_room: House, case: Case) -> None:
    dead, spam, leaver, late, named, stays = readers = small_room.readers(6)
    small_room.issue(1, readers)
    key = small_room.people.recipients("morning", [leaver], NOW)[leaver].leave_path[3:]  # type: ignore[union-attr]
    for raw in (
        dsn(to=f"bounce+{mark(f'1-{dead}')}@example.org"),
        arf(message_id=f"{mark(f'1-{spam}')}@example.org"),
        plain(key, Auto_Submitted="auto-generated"),
        dsn(message_id=f"{mark(f'1-{late}')}@example.org", action="delayed", status="4.4.1"),
        dsn(reader="Reader5@Example.com"),
        plain("Out of office", Auto_Submitted="auto-replied"),
        plain("A question from a reader"),
        plain("x" * 22),
        plain(
            "Unzustellbarkeitsbeleg",
            f"Your mail {mark(f'1-{stays}')}@example.org came back.\n",
            From="Mail <no-reply@example.com>",
            X_Original_To=f"bounce+{mark(f'1-{stays}')}@example.org",
        ),
        dsn(reader="nobody@example.net"),
        b"\xff\x00 no mail at all",
    ):
        case.put(raw)
    found = collector(small_room, case).collect()
    assert found.mails == {
        "hard_bounce": 1,
        "complaint": 1,
        "left": 1,
        "deferred": 1,
        # One by its address alone, which anybody could have written; one in words nobody knows.
        "soft_bounce": 2,
        "automatic": 1,
        "unknown": 4,
    }
    assert len(found.kept) == 4
    assert small_room.suppressed(dead) == {"": "bounce: mailbox, issue 1, 550 5.1.1"}
    assert small_room.suppressed(spam) == {"": "complaint: mailbox, issue 1, feedback"}
    assert small_room.editions(leaver) == {"weekly"}
    assert small_room.suppressed(named) == small_room.suppressed(stays) == {}
    assert counts(small_room) == {
        EventKind.HARD_BOUNCE: 1,
        EventKind.COMPLAINT: 1,
        EventKind.DEFERRED: 1,
        EventKind.SOFT_BOUNCE: 2,
    }
    again = collector(small_room, case).collect()
    assert (again.mails, again.kept) == ({}, found.kept)
    case.put(plain("One more"))
    assert collector(small_room, case).collect().mails == {"unknown": 1}


def test_a_crash_before_marking_reads_them_again(small_room: House, case: Case) -> None:
    """Killed after the commit and before the mark: read twice, counted once."""

    class Crash(BaseException):
        """As kill -9."""

    readers = small_room.readers(3)
    small_room.issue(1, readers)
    for who in readers:
        case.put(dsn(message_id=f"{mark(f'1-{who}')}@example.org", status="5.2.2"))
    returns = collector(small_room, case)

    class Dying(type(returns.hearing)):  # type: ignore[misc]
        __slots__ = ()

        def hear(self, events: Any) -> int:
            super().hear(events)
            raise Crash

    h = returns.hearing
    dying = Dying(engine=h.engine, clock=h.clock, feedback=h.feedback)
    with pytest.raises(Crash):
        Returns(hearing=dying, box=case.box, marks=MARKS).collect()
    assert counts(small_room) == {EventKind.SOFT_BOUNCE: 3}
    small_room.clock.at = NOW + timedelta(minutes=5)
    assert returns.collect().mails == {"soft_bounce": 3}
    assert counts(small_room) == {EventKind.SOFT_BOUNCE: 3}
    assert returns.collect().mails == {}


def test_a_fault_of_the_database_loses_no_mail(small_room: House, case: Case) -> None:
    who = small_room.reader(1)
    small_room.issue(1, [who])
    case.put(dsn(message_id=f"{mark(f'1-{who}')}@example.org"))
    rename = "ALTER TABLE {} RENAME TO {}"
    with small_room.engine.begin() as connection:
        connection.exec_driver_sql(rename.format("delivery_event", "gone"))
    with pytest.raises(Exception, match="delivery_event"):
        collector(small_room, case).collect()
    with small_room.engine.begin() as connection:
        connection.exec_driver_sql(rename.format("gone", "delivery_event"))
    assert collector(small_room, case).collect().mails == {"hard_bounce": 1}
    assert small_room.suppressed(who)


def test_huge_mails_are_cut(small_room: House, case: Case) -> None:
    who = small_room.reader(1)
    small_room.issue(1, [who])
    case.put(
        dsn(to=f"bounce+{mark(f'1-{who}')}@example.org") + (b"x" * 99 + b"\n") * (LARGEST // 50)
    )
    with case.box.opened() as opened:
        assert [len(mail.raw) <= LARGEST for mail in opened.unread()] == [True]
    assert collector(small_room, case).collect().mails == {"hard_bounce": 1}


def test_enough_soft_bounces_by_address_suppress(small_room: House, case: Case) -> None:
    who = small_room.reader(7)
    for number in range(1, 6):
        assert small_room.suppressed(who) == {}
        small_room.issue(number, [who])
        case.put(dsn(reader="reader7@example.com", diagnostic=f"smtp; 550 5.1.1 no {number}"))
        collector(small_room, case).collect()
    assert small_room.suppressed(who) == {"": "bounce: mailbox, issue 5, 5 soft bounces"}


def test_an_mbox_that_somebody_writes_waits(small_room: House, tmp_path: Path) -> None:
    (case,) = _mbox(tmp_path)
    case.put(plain("Hello"))
    with (tmp_path / "mbox").open("r+b") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
        held_elsewhere = subprocess.run(
            [sys.executable, "-c", _LOOK, str(tmp_path / "mbox")],
            capture_output=True,
            text=True,
            check=True,
        )
    assert held_elsewhere.stdout == "another program holds the mbox\n"
    assert collector(small_room, case).collect().mails == {"unknown": 1}
    assert (tmp_path / "mbox").stat().st_size == 0


#: a lock of this process would not stop itself
_LOOK = """
import sys
from pathlib import Path
from digest.deliver.returns.boxes import MailboxError
from digest.deliver.returns.mbox import Mbox
try:
    with Mbox(Path(sys.argv[1])).opened():
        print("opened")
except MailboxError as error:
    print(error)
"""


@pytest.mark.parametrize("left", ["part", "reading"])
def test_an_mbox_is_taken_whole_or_not(small_room: House, tmp_path: Path, left: str) -> None:
    """Killed while it was being taken: what lies beside it is finished first, none is lost."""
    (case,) = _mbox(tmp_path)
    readers = small_room.readers(2)
    small_room.issue(1, readers)
    for who in readers:
        case.put(dsn(message_id=f"{mark(f'1-{who}')}@example.org"))
    end = ".reading.part" if left == "part" else ".reading"
    shutil.copy(tmp_path / "mbox", tmp_path / f"mbox{end}")
    collector(small_room, case).collect()
    collector(small_room, case).collect()
    assert counts(small_room) == {EventKind.HARD_BOUNCE: 2}
    assert not (tmp_path / "mbox.reading").exists()


def test_mailboxes_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(MailboxError, match="no maildir"), Maildir(tmp_path / "x").opened():
        pass
    with Mbox(tmp_path / "x").opened() as opened:
        assert list(opened.unread()) == []
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        imap = Imap(host="127.0.0.1", port=port, security="none", username="u", password="secret")
        with pytest.raises(MailboxError, match="failed") as caught, imap.opened():
            pass
    assert "secret" not in str(caught.value)
    away = Imap(host="mail.example.org", security="none", username="u", password="p")
    with pytest.raises(MailboxError, match="unencrypted"), away.opened():
        pass


@pytest.mark.part("dovecot")
def test_a_wrong_password_and_a_wrong_folder() -> None:
    with imap_server() as (port, _):
        for password, folder, told in (
            ("wrong", "INBOX", "failed"),
            ('p"w\\', 'no "such" folder', "has no such folder"),
        ):
            box = Imap(
                host="127.0.0.1",
                port=port,
                security="none",
                username="u",
                password=password,
                folder=folder,
            )
            with pytest.raises(MailboxError, match=told) as caught, box.opened():
                pass
            assert password not in str(caught.value)


DOVECOT = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
mail_location = maildir:{folder}/mail
first_valid_uid = 0
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@contextmanager
def imap_server() -> Iterator[tuple[int, Callable[[bytes], None]]]:
    """A real Dovecot of our own with one user, and how mail gets to them."""
    program = dovecot()
    assert program is not None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # A socket's path may have at most 107 characters, so pytest's own folders are too deep.
    short = Path(f"/tmp/dc-{os.getpid()}-{port}")
    short.mkdir(mode=0o755)
    box = mailbox.Maildir(short / "mail", create=True)
    try:
        yield from _running(short, port, program, box)
    finally:
        shutil.rmtree(short, ignore_errors=True)


def _running(
    short: Path, port: int, program: str, box: "mailbox.Maildir"
) -> Iterator[tuple[int, Callable[[bytes], None]]]:
    uid, gid = os.geteuid(), os.getegid()
    mail_uid = pwd.getpwnam("nobody").pw_uid if uid == 0 else uid
    mail_gid = pwd.getpwnam("nobody").pw_gid if uid == 0 else gid
    internal = "dovecot" if uid == 0 else pwd.getpwuid(uid).pw_name
    group = "dovecot" if uid == 0 else grp.getgrgid(gid).gr_name
    (short / "users").write_text('u:{PLAIN}p"w\\\n')
    config = DOVECOT.format(
        folder=short, port=port, user=internal, group=group, uid=mail_uid, gid=mail_gid
    )
    (short / "dovecot.conf").write_text(config)

    def own() -> None:
        if uid == 0:
            for one in [short / "mail", *(short / "mail").rglob("*")]:
                os.chown(one, mail_uid, mail_gid)

    own()
    server = subprocess.Popen([program, "-F", "-c", short / "dovecot.conf"])

    def put(raw: bytes) -> None:
        box.add(raw)
        own()

    try:
        _wait(port, server, short)
        yield port, put
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(10)
        server.kill()
        server.wait()


def _wait(port: int, server: subprocess.Popen[bytes], short: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as one:
            if one.recv(10).startswith(b"* OK"):
                return
        time.sleep(0.1)
    raise RuntimeError((short / "log").read_text() if (short / "log").exists() else "no log")
