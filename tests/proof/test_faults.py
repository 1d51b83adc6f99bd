"""The disk fails or is full: the ledger stays legal, a person reads why, and it goes on."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine

from digest.clock import SetClock
from digest.deliver.pace import LONGEST
from digest.errors import ExitCode
from digest.model import DeliveryState
from digest.store import fsck
from digest.store.engine import make_engine, reading
from digest.store.migrations import migrate
from tests.deliver.newsroom import ISSUE, NOW, audience, freeze, sender
from tests.deliver.scripted import Scripted
from tests.line.newsroom import Folder, csv, environment
from tests.line.test_kills import CONFIG, STORY

READERS = 8


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Issue 1, frozen, to copy."""
    file = tmp_path_factory.mktemp("fresh") / "digest.sqlite3"
    engine = make_engine(f"sqlite:///{file}")
    migrate(engine)
    freeze(engine, READERS, 3)
    engine.dispose()
    return file


@contextmanager
def failing(engine: Engine, at: int, when: str) -> Iterator[list[int]]:
    """The ``at``-th statement or commit fails, once. Yields how many there were."""
    seen = [0]

    def fail(*_: object) -> None:
        seen[0] += 1
        if seen[0] == at:
            raise sa.exc.OperationalError("…", None, sqlite3.OperationalError("disk I/O error"))

    event.listen(engine, when, fail)
    yield seen
    event.remove(engine, when, fail)


@pytest.mark.parametrize("when", ["before_cursor_execute", "commit"])
def test_an_io_error_at_any_database_operation(when: str, fresh: Path, tmp_path: Path) -> None:
    number, last = 0, 0
    # The first fails nowhere, and counts.
    while number <= last:
        folder = tmp_path / str(number)
        folder.mkdir()
        engine = make_engine(f"sqlite:///{shutil.copy(fresh, folder / 'digest.sqlite3')}")
        provider, clock = Scripted(), SetClock(NOW)
        one = sender(engine, provider, audience(READERS), folder, clock)
        with failing(engine, number, when) as seen, suppress(sa.exc.OperationalError):
            one.send_issue(ISSUE, "daily")
        last = max(last, seen[0])
        with reading(engine) as connection:
            assert fsck.check(connection, rules=fsck.LEDGER) == [], f"{when} {number}"
        clock.at += LONGEST
        assert one.send_issue(ISSUE, "daily").counts == {DeliveryState.ACCEPTED: READERS}
        assert set(provider.taken.values()) == {1}
        assert list((folder / "journals").iterdir()) == []
        engine.dispose()
        number += 1
    assert last > 10


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A file system of its own in memory."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk: run the tests as root")
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here: run the tests where root may mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, "5m"):
        folder = Folder(disk)
        (disk / "config.toml").write_text(CONFIG)
        (disk / "stories").mkdir()
        (disk / "stories" / "one.md").write_text(STORY)
        rows = (
            (f"r{number}@example.org", "", "en", "", "", "daily", "", "form", "2026-01-01")
            for number in range(200)
        )
        (disk / "people.csv").write_text(csv(rows))
        folder.run("subscribers", "import", "people.csv")
        done = subprocess.run(
            [sys.executable, "-m", "digest", "--now", "2026-11-24T06:00+00:00", "send"],
            cwd=disk,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        told = done.stdout + done.stderr
        assert done.returncode in {ExitCode.ERROR, ExitCode.TEMPORARY}, told
        assert os.strerror(errno.ENOSPC) in told or "disk is full" in told
        assert "Traceback" not in told
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        assert folder.json("fsck") == {"flaws": []}
        again = folder.json("send", now="2026-11-24T06:20+00:00")[0]
        assert again["deliveries"] == {"accepted": 200}
        assert len(list((disk / "var/outbox").rglob("*.eml"))) == 200
        assert folder.json("fsck") == {"flaws": []}
