"""An import that is killed goes on where it stopped, and tells the same as one that was not."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from digest.store.engine import make_engine
from subscribers import ImportReport, ImportTakenError, Subscribers
from subscribers.import_run import ImportRun, Tally
from subscribers.tables import import_run, metadata
from tests.parts import REPO
from tests.subscribers.conftest import EVERY_DAY, NOW, add, engine, house, people, postgres_url

__all__ = ["engine", "people", "postgres_url"]

ROWS = 8_000
#: kills of one import
KILLS = 3


def hostile(rows: int) -> bytes:
    """A file of which every 50th row is wrong in one way or another."""
    wrong = (
        "no address,morning,form",
        "reader7@example.org,morning,form",
        "gone@example.org,morning,form",
        "fine{}@example.org,morning;nowhere,form",
        "fine{}@example.org,morning,",
        'fine{}@example.org,morning,"form',
    )
    lines = ["email,editions,consent_source"]
    for number in range(rows):
        one = wrong[number // 50 % len(wrong)] if number % 50 == 49 else None
        lines.append((one or "reader{}@example.org,morning,form").format(number))
    return "\n".join(lines).encode()


def begin(folder: Engine) -> Subscribers:
    """A house in which one address of the file is suppressed."""
    made = house(folder)
    made.suppress(add(made, "gone@example.org"), reason="asked", now=NOW)
    return made


def told(report: ImportReport) -> dict[str, Any]:
    return asdict(report)


@pytest.mark.timeout(240)
def test_killed_again_and_again_it_comes_to_the_same(
    engine: Engine, people: Subscribers, tmp_path: Path
) -> None:
    data = hostile(ROWS)
    (tmp_path / "people.csv").write_bytes(data)
    begin(engine)
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.transfer.test_resume", url, tmp_path / "people.csv"]
    stopped = 0
    for _ in range(KILLS):
        before = lines(engine)
        process = subprocess.Popen(command, cwd=REPO)
        while process.poll() is None and lines(engine) <= before:
            time.sleep(0.002)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            stopped += 1
        process.wait()
    assert stopped >= KILLS - 1
    assert 0 < lines(engine) < ROWS
    report = people.import_csv(BytesIO(data), now=NOW, actor="tests")

    plain = make_engine(f"sqlite:///{tmp_path / 'plain.db'}")
    from subscribers import migrate

    migrate(plain)
    whole = begin(plain).import_csv(BytesIO(data), now=NOW, actor="tests")
    assert told(report) == told(whole)
    assert report.rows == report.added + report.updated + len(report.rejected)
    assert counted(engine) == counted(plain)
    plain.dispose()
    again = people.import_csv(BytesIO(data), now=NOW, actor="tests")
    assert (again.added, again.updated) == (0, whole.added)


def lines(engine: Engine) -> int:
    with engine.connect() as connection:
        unfinished = sa.select(import_run.c.lines).where(import_run.c.finished_at.is_(None))
        return connection.scalar(unfinished) or 0


def counted(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


def test_another_file_or_another_way_is_another_import(people: Subscribers, engine: Engine) -> None:
    for data, editions in ((hostile(60), ()), (hostile(70), ()), (hostile(60), ("weekly",))):
        people.import_csv(
            BytesIO(data), now=NOW, actor="tests", default_editions=frozenset(editions)
        )
    people.import_csv(BytesIO(hostile(80)), now=NOW, actor="tests", dry_run=True)
    with engine.connect() as connection:
        assert len(connection.scalars(sa.select(import_run.c.digest)).all()) == 3
    assert len(list(people.readers("morning", (), (), EVERY_DAY, NOW))) == 69


def test_two_at_the_same_import_do_not_both_go_on(engine: Engine) -> None:
    first, second = (ImportRun(digest="d" * 64, now=NOW) for _ in range(2))
    with engine.begin() as connection:
        first.begin(connection)
        assert second.begin(connection) == Tally()
        first.save(connection, 10, Tally(added=10))
    with pytest.raises(ImportTakenError), engine.begin() as connection:
        second.save(connection, 5, Tally(added=5))
    third = ImportRun(digest="d" * 64, now=NOW)
    with engine.begin() as connection:
        assert third.begin(connection) == Tally(added=10)
    assert third.rows == 10


if __name__ == "__main__":
    made = make_engine(sys.argv[1])
    with Path(sys.argv[2]).open("rb") as stream:
        house(made).import_csv(stream, now=NOW, actor="tests")
