"""Alerts are posted, signed, once, until somebody takes them; and said to be over when they are."""

import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from digest.clock import SetClock
from digest.model import IssueState
from digest.steps.alerts import alert
from tests.line.test_short import DUE, LOCK, MINUTE, START, Room

KEY = "of-thirty-two-characters-or-more!"


@dataclass
class Receiver:
    """Somebody else's server."""

    url: str = ""
    #: what to answer to POSTs
    status: int = 204
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    gets: list[str] = field(default_factory=list)

    def told(self) -> list[tuple[str, str]]:
        """Kind and status of what came."""
        return [(one["kind"], one["status"]) for one in map(json.loads, self._bodies())]

    def _bodies(self) -> list[bytes]:
        return [body for _, body in self.posts]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """It listens on loopback."""
    made = Receiver()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.posts.append((dict(self.headers), body))
            self._end(made.status)

        def do_GET(self) -> None:
            made.gets.append(self.path)
            self._end(200)

        def _end(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def newsroom(folder: Path, receiver: Receiver, edition: str = "") -> Room:
    """One that tells the receiver."""
    more = (
        f'[alerts]\nto = ["night@example.org"]\nwebhook = "{receiver.url}/alerts?secret=s3cr3t"\n'
        f'webhook_key = "{KEY}"\nheartbeat = "{receiver.url}/tick"\nsource_dead_hours = 24\n'
    )
    room = Room(folder, "", f'heartbeat = "{receiver.url}/daily"\n{edition}', more)
    room.publish("One", "Two", "Three")
    return room


def test_a_held_issue_is_posted_and_that_it_is_over(tmp_path: Path, receiver: Receiver) -> None:
    room = newsroom(tmp_path, receiver, 'approval = "required"')
    room.at(START)
    assert receiver.told() == []
    receiver.status = 503
    held = room.at(DUE)
    assert held.state is IssueState.HELD
    assert receiver.told() == [("held_approval", "raised")]
    # Not at once again, but after a minute; and no more once it is taken.
    room.at(DUE + timedelta(seconds=20))
    assert len(receiver.posts) == 1
    receiver.status = 204
    room.at(DUE + 2 * MINUTE)
    room.at(DUE + 4 * MINUTE)
    assert receiver.told() == [("held_approval", "raised")] * 2
    assert receiver.posts[0][1] == receiver.posts[1][1]
    room.app.newsroom.approve(held.id, "Ada")
    assert room.at(DUE + 6 * MINUTE).state is IssueState.SENT
    room.at(DUE + 8 * MINUTE)
    assert receiver.told()[2:] == [("held_approval", "resolved")]
    assert room.alerts() == [
        "alert-daily-2026-11-24-1-held_approval-1",
        "alert-daily-2026-11-24-1-held_approval-resolved-1",
    ]
    names = [headers["Idempotency-Key"] for headers, _ in receiver.posts]
    assert names[0] == names[1] == names[2].removesuffix("-resolved")
    for headers, body in receiver.posts:
        signed = headers["Digest-Timestamp"].encode() + body
        told = hmac.digest(KEY.encode(), signed, "sha256").hex()
        assert headers["Digest-Signature"] == told
        assert b"@" not in body
    assert receiver.gets.count("/daily") == 1
    # Each walk that ended well, and no more than one a minute.
    assert 5 <= receiver.gets.count("/tick") <= 7


def test_a_late_issue(tmp_path: Path, receiver: Receiver) -> None:
    room = newsroom(tmp_path, receiver)
    room.at(START)
    assert isinstance(room.app.clock, SetClock)
    room.app.clock.at = DUE + 9 * MINUTE
    alert(room.app.parts)
    assert room.alerts() == []
    room.app.clock.at = DUE + 10 * MINUTE
    alert(room.app.parts)
    alert(room.app.parts)
    room.app.messenger.tell()
    assert room.alerts() == ["alert-daily-2026-11-24-1-late-1"]
    assert receiver.told() == [("late", "raised")]
    assert json.loads(receiver.posts[0][1])["why"] == "due 10 minutes ago, it is drafting"
    assert room.at(DUE + 11 * MINUTE).state is IssueState.SENT
    assert receiver.told() == [("late", "raised"), ("late", "resolved")]


def test_a_dead_source_is_told_of_and_that_it_lives(tmp_path: Path, receiver: Receiver) -> None:
    room = newsroom(tmp_path, receiver)
    room.wire("One 1")
    assert isinstance(room.app.clock, SetClock)
    room.at(START)
    room.wire(broken=True)
    room.at(START + timedelta(hours=1))
    room.app.clock.at = START + timedelta(hours=23, minutes=59)
    alert(room.app.parts)
    room.app.messenger.tell()
    assert "source_dead" not in {kind for kind, _ in receiver.told()}
    room.at(START + timedelta(hours=25))
    assert ("source_dead", "raised") in receiver.told()
    sources = {json.loads(body)["source"] for _, body in receiver.posts}
    assert sources == {"wire", None}
    room.wire("Two 2")
    room.at(START + timedelta(hours=37))
    assert ("source_dead", "resolved") in receiver.told()


def test_nobody_there_harms_nothing(
    tmp_path: Path, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    # A port that was somebody's a moment ago.
    receiver.url = "http://127.0.0.1:1"
    room = newsroom(tmp_path, receiver, 'approval = "required"')
    room.at(START)
    assert room.at(LOCK).state in {IssueState.DRAFTING, IssueState.REVIEW}
    assert room.at(DUE).state is IssueState.HELD
    told = capsys.readouterr()
    assert "post_not_taken" in told.out + told.err
    assert "s3cr3t" not in told.out + told.err
