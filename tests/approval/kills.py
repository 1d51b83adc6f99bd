"""Dies by SIGKILL at commits of a last way, and what was approved is changed before it goes on.

A process of its own, since it forks: ``python -m tests.approval.kills EVERY`` takes each so many of
the points, and prints a row of JSON for each.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from digest import pipeline
from digest.chaos.processes import Tell, fork
from digest.desk.actions import Subject
from digest.errors import DigestError
from digest.logs import configure
from digest.model import IssueState, Look
from tests.approval.allowed import plain, renders
from tests.approval.room import DUE, LOCK, MINUTE, REQUIRED, REVIEW, START, Room, texts
from tests.proof.chaos import MEMORY
from tests.proof.points import AFTER, BEFORE, Crash

#: what somebody does between the crash and the next start
MEANWHILE = ("nothing", "rebrands", "edits", "takes back")
#: the minutes after the hour at which whoever is started next looks: leases end meanwhile
LATER = (0, 1, 6, 16, 31)


def goes(room: Room, tell: Tell, crash: Crash) -> int:
    """From its approval to its end, in a child; tells how many commits that took."""
    crash.listen()
    for moment in (LOCK, DUE - 2 * MINUTE, DUE):
        room.app.clock.at = moment  # type: ignore[attr-defined]
        pipeline.tick(room.app.parts)
    tell(f"commits {crash.commits}")
    return 0


def goes_on(room: Room, meanwhile: str) -> int:
    """What comes after a crash: somebody's doing, another process, and the rest of the way."""
    if meanwhile == "rebrands":
        room.brand("Nobody approved this")
    elif meanwhile == "takes back":
        room.site.answers = {"Story 2": Look.GONE}
    elif meanwhile == "edits":
        with suppress(DigestError):
            room.app.newsroom.desk.edit(room.issue().id, None, "Ed", Subject("Nobody’s"))
    room.app.parts = replace(room.app.parts, owner="elsewhere:1:2")
    for minutes in LATER:
        room.at(DUE + minutes * MINUTE)
    return 0


def wrong(room: Room, allowed: frozenset[str], meanwhile: str) -> list[str]:
    """What went that should not have gone, or did not go."""
    mails = texts(room.folder / "var/outbox/1")
    found = [
        f"nobody approved: {one[:80]}"
        for one in mails
        if plain(one.split("\n", 2)[2]) not in allowed
    ]
    if len({one.split("\n")[1] for one in mails}) != len(mails):
        found.append("somebody got it twice")
    state = room.issue().state
    if meanwhile == "nothing" and (state is not IssueState.SENT or len(mails) != 2):
        found.append(f"it is {state} with {len(mails)} mails")
    room.app.engine.dispose()
    return found


def points(folder: Path, every: int) -> Iterator[dict[str, object]]:
    """Each ``every``-th commit, before or after it, and one thing after the other meanwhile."""
    (folder / "room").mkdir()
    room, log = Room(folder / "room", "", REQUIRED), folder / "log"
    room.at(START)
    room.at(REVIEW)
    room.approve()
    allowed = renders(room, 1)
    room.app.engine.dispose()
    pristine = folder / "pristine"
    shutil.copytree(room.folder, pristine)

    def anew() -> None:
        shutil.rmtree(room.folder)
        shutil.copytree(pristine, room.folder)

    whole = fork(lambda tell: goes(room, tell, Crash()), log)
    commits = max(int(one.split()[1]) for one in whole.hear(60))
    assert whole.wait() == 0, log.read_text()
    every_point = [(at, when) for at in range(1, commits + 1) for when in (BEFORE, AFTER)]
    for number, (at, when) in enumerate(every_point[::every]):
        anew()
        meanwhile = MEANWHILE[number % len(MEANWHILE)]
        crash = Crash(at, when)
        dies = fork(lambda tell, crash=crash: goes(room, tell, crash), log)  # type: ignore[misc]
        status = dies.wait()
        found = [] if status == -signal.SIGKILL else [f"no crash: {status}"]
        rest = fork(lambda _tell, meanwhile=meanwhile: goes_on(room, meanwhile), log)  # type: ignore[misc]
        found += [] if rest.wait() == 0 else [f"did not go on, see {log}"]
        found += wrong(room, allowed, meanwhile)
        yield {"commit": at, "of": commits, "when": when, "meanwhile": meanwhile, "wrong": found}


def main(every: int) -> None:
    configure(verbose=False)
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="digest-kills-", dir=place))
    bad = 0
    for row in points(folder, every):
        bad += bool(row["wrong"])
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()
    if not bad:
        shutil.rmtree(folder)
    sys.exit(min(bad, 1))


if __name__ == "__main__":
    main(int(sys.argv[1]))
