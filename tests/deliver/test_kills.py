"""kill -9 at random points of a send, and run again."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from digest.model import DeliveryState
from digest.store import fsck, ledger
from digest.store.engine import make_engine, reading
from digest.store.migrations import migrate
from tests.deliver.newsroom import ISSUE, freeze
from tests.deliver.servers import scripted_mail_server
from tests.parts import REPO

BATCH = 25
KILLS = 20
#: so many that no machine sends them all between the kills
READERS = 2000


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = make_engine(f"sqlite:///{tmp_path / 'digest.sqlite3'}")
    migrate(made)
    yield made
    made.dispose()


def run(folder: Path, port: int, killed_after: float | None) -> int:
    """Let a child send; kill it so many seconds after it began. Its exit status, -9 if killed."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.deliver.child", str(folder), str(READERS), str(port)],
        cwd=REPO,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        if killed_after is not None:
            time.sleep(killed_after)
            child.kill()
        child.stdout.read()
        return child.wait(60)


def kill_and_finish(folder: Path, port: int, kills: int, seconds: float) -> int:
    """Kill at random points, then let it finish; returns how many kills hit a child at work."""
    dice = random.Random(20261124)
    ends = [run(folder, port, dice.uniform(0, seconds)) for _ in range(kills)]
    assert run(folder, port, None) == 0
    return ends.count(-9)


def counts(engine: Engine) -> dict[DeliveryState, int]:
    with reading(engine) as connection:
        assert fsck.check(connection, ISSUE, fsck.LEDGER) == []
        return dict(ledger.counts(connection, ISSUE))


def test_killed_twenty_times_the_outbox_holds_one_file_per_reader(
    engine: Engine, tmp_path: Path
) -> None:
    freeze(engine, READERS, BATCH)
    hit = kill_and_finish(tmp_path, 0, KILLS, 0.08)
    assert hit == KILLS, "the issue was too small for so many kills"
    assert counts(engine) == {DeliveryState.ACCEPTED: READERS}
    folder = tmp_path / "outbox" / str(ISSUE)
    files = Counter(path.suffix for path in folder.iterdir() if path.name[0] != ".")
    assert files == {".eml": READERS, ".html": READERS + 1}
    addresses = set()
    for path in folder.glob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert not mail.defects
        assert "leave" in mail.get_body(("html",)).get_content()  # type: ignore[attr-defined]
        addresses.add(mail["To"].addresses[0].addr_spec)
    assert len(addresses) == READERS
    assert list((tmp_path / "journals").iterdir()) == []


def test_killed_over_smtp_nobody_is_lost_or_mailed_twice_and_doubts_are_listed(
    engine: Engine, tmp_path: Path
) -> None:
    """With PIPELINING, so that the next message's commands are always on their way already."""
    kills, readers = 8, READERS
    freeze(engine, readers, BATCH)
    with scripted_mail_server(lambda *_: None, "PIPELINING") as server:
        hit = kill_and_finish(tmp_path, server.port, kills, 0.3)
    received = Counter(server.accepted)
    assert b"MAIL" in server.behind
    assert hit >= kills / 2, "the issue was too small for so many kills"
    final = counts(engine)
    doubtful = final.get(DeliveryState.IN_DOUBT, 0)
    assert final.get(DeliveryState.ACCEPTED, 0) + doubtful == readers
    assert max(received.values()) == 1, "nobody twice"
    assert readers - len(received) <= doubtful, "who got none is listed as in doubt"
    assert doubtful <= kills * 4, "at most one message for each connection"
