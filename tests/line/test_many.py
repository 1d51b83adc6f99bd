"""One machine to many, by the commands: schedulers, workers, and what SQLite refuses."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from digest.errors import ExitCode
from tests.line.newsroom import Folder, csv
from tests.line.test_kills import CONFIG, NOW, STORY

READERS = 800
EARLIER = "2026-11-24T05:00+00:00"


def newsroom(folder: Path, database: str = "") -> Folder:
    made = Folder(folder)
    (folder / "config.toml").write_text(
        (f'[database]\nurl = "{database}"\n' if database else "")
        + "[web]\nport = 0\n"
        + CONFIG.replace('zone = "UTC"', 'zone = "UTC"\ntime = "06:00"')
    )
    (folder / "stories").mkdir()
    (folder / "stories" / "one.md").write_text(STORY)
    return made


@pytest.mark.part("postgres")
def test_two_schedulers_and_two_workers_one_killed(
    postgres_url: Callable[[], str], tmp_path: Path
) -> None:
    folder = newsroom(tmp_path, postgres_url())
    rows = (
        (f"r{number}@example.org", "", "en", "", "", "daily", "", "form", "2026-01-01")
        for number in range(READERS)
    )
    (tmp_path / "people.csv").write_text(csv(rows))
    folder.run("subscribers", "import", "people.csv")
    folder.run("run", "--once", now=EARLIER)

    outbox = tmp_path / "var/outbox"
    killed, *others = started = [
        folder.start("--now", NOW, *words)
        for words in (("worker",), ("worker",), ("schedule", "--every", "1"))
    ]
    others.append(folder.start("--now", NOW, "schedule", "--every", "1"))
    started.append(others[-1])
    try:
        wait(lambda: count(outbox) > 50, folder)
        killed.kill()
        wait(lambda: count(outbox) == READERS, folder)
        wait(lambda: "sent" in {one["state"] for one in folder.json("issues")}, folder)
        for one in others:
            one.terminate()
        assert [one.wait(60) for one in others] == [0, 0, 0], log(folder)
    finally:
        for one in started:
            one.kill()
            one.wait()
    found = folder.json("run", "--once", now=NOW)
    assert {"accepted": READERS} in [one["deliveries"] for one in found]
    assert "Traceback" not in log(folder)


def test_a_second_run_on_the_same_file_is_refused(tmp_path: Path) -> None:
    folder = newsroom(tmp_path)
    first = folder.start("run")
    try:
        wait((tmp_path / "var/digest.sqlite3.lock").exists, folder)
        wait(lambda: (tmp_path / "var/digest.sqlite3.lock").read_text() != "", folder)
        for words in (("run",), ("run", "--once")):
            refused = folder.run(*words, expect=ExitCode.REFUSED)
            assert "another `digest run` works on this database already" in refused.stderr
            assert f"process={first.pid}" in refused.stderr
    finally:
        first.terminate()
    assert first.wait(60) == 0, log(folder)
    folder.run("run", "--once")


@pytest.mark.parametrize("command", ["schedule", "worker"])
def test_sqlite_is_for_one_process(command: str, tmp_path: Path) -> None:
    refused = newsroom(tmp_path).run(command, expect=ExitCode.REFUSED)
    assert "set [database] url to PostgreSQL" in refused.stderr


def wait(until: Callable[[], bool], folder: Folder, seconds: float = 90) -> None:
    """Raises AssertionError with the log when it takes too long."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, log(folder)
        time.sleep(0.1)


def log(folder: Folder) -> str:
    return (folder.path / "digest.log").read_text()[-4000:]


def count(outbox: Path) -> int:
    """How many mails are there."""
    return sum(1 for _ in outbox.glob("*/*.eml"))
