"""What must outlive the database: who is not to be mailed any more, in files beside it.

A backup knows nothing of who left after it was made. So every leave, suppression and erasure is
also appended to a file that stands elsewhere, flushed to disk before its transaction commits: what
the database says was done stands there too, and what was rolled back does not. An entry holds a
time, a number or the keyed hash of an address, and what happened; never an address. ``reapply.py``
does it all again to a copy.

Other parts of the product may write entries of their own (``note``) through the same files.
"""

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

#: the engine's option under which its journal is found
OPTION = "departures"
#: what a connection has noted in its transaction
PENDING = "departures_pending"


Entry: TypeAlias = Mapping[str, Any]


class Departure(StrEnum):
    """What an entry says happened."""

    LEFT = "left"
    SUPPRESSED = "suppressed"
    DOMAIN = "domain"
    #: the owner of an address took a promise back, from their own mailbox
    LIFTED = "lifted"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a folder of journals says."""

    entries: tuple[Entry, ...]
    #: lines that no one can read: cut short where the machine stopped, and so never committed
    unreadable: int


class Departures:
    """Files of one folder, one a month, appended to by any number of processes."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self.folder = folder
        self._now = now
        self._turn = threading.Lock()
        #: what could not be written yet
        self._waiting: list[dict[str, Any]] = []

    def keep(self, engine: Engine) -> None:
        """From now on what this engine commits is written here."""
        engine.update_execution_options(**{OPTION: self})
        sa.event.listen(engine, "begin", _forget)
        sa.event.listen(engine, "rollback", _forget)
        sa.event.listen(engine, "commit", self._write)

    def _write(self, connection: Connection) -> None:
        # SQLAlchemy tells of a commit right before it is done.
        entries = connection.info.pop(PENDING, [])
        with self._turn:
            self._waiting += entries
            if not self._waiting:
                return
            try:
                self.append(self._waiting)
            except OSError as error:
                import structlog  # not at the top: every command opens the database

                log = structlog.get_logger()
                # Nobody is kept from leaving by our disk; it is tried again with the next entry.
                log.error("departures_not_written", entries=len(self._waiting), why=str(error))  # noqa: TRY400 - the cause is told
            else:
                self._waiting = []

    def append(self, entries: list[dict[str, Any]]) -> None:
        """Add entries, flushed to disk. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        written = self._now()
        file = self.folder / f"departures-{written:%Y-%m}.log"
        new = not file.exists()
        stamp = written.isoformat()
        lines = "".join(json.dumps({"written": stamp, **one}) + "\n" for one in entries)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            data = _after_a_cut(descriptor) + lines.encode("ascii")
            while data:
                data = data[os.write(descriptor, data) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if new:
            _flush_folder(self.folder)

    def read(self, since: datetime | None = None) -> Told:
        """All entries written at ``since`` or later, oldest first."""
        entries: list[Entry] = []
        unreadable = 0
        for file in sorted(self.folder.glob("departures-*.log")):
            for one in _lines(file):
                if one is None:
                    unreadable += 1
                elif since is None or datetime.fromisoformat(one["written"]) >= since:
                    entries.append(one)
        return Told(entries=tuple(entries), unreadable=unreadable)

    def here(self) -> bool:
        """Whether anything was ever written here."""
        return any(self.folder.glob("departures-*.log"))

    def forget(self, before: datetime, *, dry_run: bool = False) -> int:
        """Remove the files of months that ended before then; how many."""
        gone = 0
        for file in self.folder.glob("departures-????-??.log"):
            first = datetime.fromisoformat(f"{file.stem[-7:]}-01").replace(tzinfo=before.tzinfo)
            if first + timedelta(days=31) < before:
                gone += 1
                if not dry_run:
                    file.unlink(missing_ok=True)
        return gone


def note(connection: Connection, *entries: Entry) -> None:
    """Have entries written when this transaction commits; where no journal is kept, nothing."""
    if OPTION in connection.get_execution_options():
        connection.info.setdefault(PENDING, []).extend(entries)


def _forget(connection: Connection) -> None:
    connection.info.pop(PENDING, None)


def _after_a_cut(descriptor: int) -> bytes:
    """What ends a line that a crash cut short."""
    size = os.fstat(descriptor).st_size
    return b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""


def _lines(file: Path) -> Iterator[Entry | None]:
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                one = json.loads(line)
            except ValueError:
                yield None
            else:
                yield one if isinstance(one, dict) and "written" in one else None


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
