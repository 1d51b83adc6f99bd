"""A process at work as others see it: pages, metrics, `digest health`, systemd, the log."""

import json
import socket
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from digest.clock import SetClock
from digest.store import pulses
from digest.store.engine import writing
from digest.watch.health import SILENT, Health
from digest.watch.vitals import Vitals
from digest.web import health as pages
from tests.hear.house import NOW, House
from tests.line.newsroom import Folder, csv


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Seconds:
    """A clock of a process."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


def asked(room: House, now: Seconds, health: Health) -> tuple[int, dict[str, bool]]:
    del room, now
    health._told = None  # an answer holds for two seconds
    with TestClient(Starlette(routes=pages.routes(health))) as client:
        answer = client.get("/readyz")
        assert client.get("/livez").status_code == (503 if health.live() else 200)
    checks = answer.json()["checks"]
    return answer.status_code, {name: check["ok"] for name, check in checks.items()}


def test_what_keeps_a_process_from_being_ready(small_room: House, tmp_path: Path) -> None:
    seconds, clock = Seconds(), SetClock(NOW)
    vitals = Vitals(seconds)
    vitals.expect("tick", 20)
    health = Health(small_room.engine, clock, vitals)
    health.ticks = True
    status, checks = asked(small_room, seconds, health)
    # The clock of this test is not the database's: that is seen.
    assert checks == {"loops": True, "database": True, "clock": False, "tick": True, "gather": True}
    assert status == 503
    with writing(small_room.engine) as connection:
        pulses.note(connection, pulses.TICK, "a", NOW)
    clock.at = NOW + SILENT
    seconds.at = 100
    checks = asked(small_room, seconds, health)[1]
    assert (checks["loops"], checks["tick"], checks["gather"]) == (False, False, False)
    health.ticks = False
    assert [check.needed for check in health.ready()][3:] == [True, True]
    small_room.engine.dispose()
    for file in tmp_path.glob("house.sqlite3*"):
        file.unlink()
    (tmp_path / "house.sqlite3").write_text("no database at all, but long enough to be one: " * 9)
    status, checks = asked(small_room, seconds, health)
    assert status == 503
    assert checks["database"] is False


@pytest.mark.timeout(240)
def test_a_day_of_the_whole_line_seen_from_outside(tmp_path: Path) -> None:
    """Readers' addresses are marked, and stand nowhere in log, metrics or health."""
    folder, metrics, web = Folder(tmp_path), free_port(), free_port()
    (tmp_path / "desk").mkdir()
    for number in range(3):
        (tmp_path / "desk" / f"{number}.md").write_text(
            f"---\ntitle: Story {number}\ndate: 2026-11-24T02:00:00Z\n"
            f"url: https://example.org/{number}/\n---\n\nText.\n"
        )
    (tmp_path / "config.toml").write_text(
        f"[metrics]\nport = {metrics}\n[web]\nport = {web}\n"
        '[logs]\nformat = "json"\nlevel = "debug"\n'
        '[sending]\nfrom = "The Times <digest@example.org>"\n'
        '[[sources]]\nname = "desk"\nkind = "folder"\npath = "desk"\n'
        '[[editions]]\nslug = "daily"\nname = "Daily"\n'
        '[[editions.sections]]\ntake = "latest"\n'
    )
    people = csv(
        (f"marked{n}@reader.example", "Mark", "en", "", "", "daily", "", "web form", "2026-01-15")
        for n in range(3)
    )
    (tmp_path / "people.csv").write_text(people)
    said = folder.run("-v", "subscribers", "import", "people.csv").stderr
    for now in ("2026-11-24T03:00+00:00", "2026-11-24T06:00+00:00"):
        said += folder.run("-v", "run", "--once", now=now).stderr
    assert {json.loads(line)["event"] for line in said.splitlines() if line[:1] == "{"} >= {
        "source_gathered",
        "audience_frozen",
        "issue_handed_over",
    }
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(60)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
            running = folder.start("run", "--every", "1")
        try:
            assert manager.recv(200).startswith(b"READY=1")
            well = folder.json("health")
            assert well["well"] is True, well
            text = urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics").read().decode()
            ready = urllib.request.urlopen(f"http://127.0.0.1:{web}/readyz").read().decode()
            with pytest.raises(HTTPError):
                # Not where readers are.
                urllib.request.urlopen(f"http://127.0.0.1:{web}/metrics")
        finally:
            running.terminate()
            assert running.wait(60) == 0
    assert 'digest_deliveries{edition="daily",state="accepted"} 3.0' in text
    folder.run("health", expect=1)
    told = said + (tmp_path / "digest.log").read_text() + text + ready
    assert "reader.example" not in told
    assert "[address]" not in told, "a line of ours needed masking"
