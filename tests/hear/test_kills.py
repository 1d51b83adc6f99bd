"""kill -9 of the process that is posted to, at random points; the provider posts again."""

import http.client
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from digest.model import EventKind, IssueId
from digest.store import heard
from digest.store.engine import reading
from tests.hear.house import House
from tests.hear.posting import dumped, new_key, shown, signed, told
from tests.parts import REPO

#: more of them: DIGEST_HOOK_KILLS=200
KILLS = int(os.environ.get("DIGEST_HOOK_KILLS", "4"))
READERS = 60


@contextmanager
def served(url: str, key: str) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.hear.child", url, key], cwd=REPO, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        try:
            yield int(child.stdout.readline()), child
        finally:
            child.kill()


def post(port: int, body: bytes, headers: dict[str, str]) -> int | None:
    """The status, or None where the other side died."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/hooks/sendgrid", body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def test_no_event_is_lost_and_none_counts_twice(room: House) -> None:
    readers = room.readers(READERS)
    room.issue(1, readers)
    key, dice = new_key(), random.Random(20261124)
    stamp = str(int(time.time()))
    events = [told("processed", 1, one, timestamp=int(stamp)) for one in readers]
    events += [told("bounce", 1, one, timestamp=int(stamp)) for one in readers[::3]]
    events += [told("spamreport", 1, one, timestamp=int(stamp)) for one in readers[1::3]]
    dice.shuffle(events)
    todo = [dumped(events[start : start + 4]) for start in range(0, len(events), 4)]
    url = room.engine.url.render_as_string(hide_password=False)
    hit = 0
    for kill in range(KILLS + 1):
        with served(url, shown(key)) as (port, child):
            killer = threading.Timer(dice.uniform(0.01, 0.25), child.kill)
            if kill < KILLS:
                killer.start()
            left = []
            for body in todo:
                answer = post(port, body, signed(key, body, stamp))
                assert answer in {200, None}
                # Answered is committed: this one is never posted again.
                if answer is None:
                    left.append(body)
            killer.cancel()
            hit += bool(left)
            # Those answered in this round must be there, whatever happened then.
            todo = [*left, *dice.sample(todo, min(2, len(todo)))] if kill < KILLS else left
    assert todo == []
    assert hit >= KILLS // 4, "kills were to hit it at work"
    with reading(room.engine) as connection:
        assert heard.pending(connection, 10) == []
        assert heard.counts(connection, IssueId(1)) == {
            EventKind.ACCEPTED: READERS,
            EventKind.HARD_BOUNCE: READERS // 3,
            EventKind.COMPLAINT: READERS // 3,
        }
    for place, who in enumerate(readers):
        reason = "".join(room.suppressed(who).values()).partition(":")[0]
        assert reason == ("bounce", "complaint", "")[place % 3]
        assert bool(room.editions(who)) == (place % 3 != 1)
        withdrawn = [one for one in room.people.why(who).consents if one.action == "withdrawn"]
        assert len(withdrawn) == (2 if place % 3 == 1 else 0)
