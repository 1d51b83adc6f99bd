"""How far an import has come, so that one that was broken off goes on where it stopped.

What was taken and how far that was are committed together. What can be told from the file alone is
not kept: it is read again, and tells the same.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers.errors import ImportTakenError
from subscribers.rows import Finding, Problem
from subscribers.tables import import_run

BLOCK = 1 << 20


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the database made of the rows that it was given."""

    added: int = 0
    updated: int = 0
    barred: int = 0
    rejected: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ImportRun:
    """One file, asked for in one way. ``digest`` is of both."""

    digest: str
    now: datetime
    #: rows of the file that are done
    rows: int = 0

    def begin(self, connection: Connection) -> Tally:
        """What was done before the run was broken off; nothing where none was."""
        mine = import_run.c.digest == self.digest
        row = connection.execute(sa.select(import_run).where(mine)).one_or_none()
        if row is not None and row.finished_at is None:
            self.rows = row.lines
            return _tally(json.loads(row.report))
        connection.execute(sa.delete(import_run).where(mine))
        connection.execute(
            sa.insert(import_run).values(
                digest=self.digest, lines=0, report=_told(Tally()), started_at=self.now
            )
        )
        return Tally()

    def save(self, connection: Connection, rows: int, tally: Tally, *, end: bool = False) -> None:
        """So far it has come, in the transaction that took the rows.

        Raises ImportTakenError where another process has gone on with it meanwhile.
        """
        values = {"lines": rows, "report": _told(tally), "finished_at": self.now if end else None}
        mine = sa.and_(import_run.c.digest == self.digest, import_run.c.lines == self.rows)
        if connection.execute(sa.update(import_run).where(mine).values(values)).rowcount != 1:
            raise ImportTakenError("another process is at the same import; let it finish")
        self.rows = rows


def digest_of(options: Sequence[object], stream: BinaryIO) -> str | None:
    """What to know an import by; None for a stream that can be read but once."""
    if not stream.seekable():
        return None
    start = stream.tell()
    summed = hashlib.sha256(repr(options).encode())
    _feed(summed, stream)
    stream.seek(start)
    return summed.hexdigest()


def digest_of_files(options: Sequence[object], path: Path) -> str:
    """The same for a file or a folder of them. Raises OSError."""
    summed = hashlib.sha256(repr(options).encode())
    for one in _files(path):
        summed.update(one.name.encode("utf-8", "surrogateescape") + b"\0")
        with one.open("rb") as stream:
            _feed(summed, stream)
    return summed.hexdigest()


def _files(path: Path) -> Iterable[Path]:
    return sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]


def _feed(summed: "hashlib._Hash", stream: BinaryIO) -> None:
    while block := stream.read(BLOCK):
        summed.update(block)


def _told(tally: Tally) -> str:
    return json.dumps(asdict(tally), separators=(",", ":"))


def _tally(told: dict[str, list[dict[str, str]] | int]) -> Tally:
    found = {
        one: [
            Finding(int(each["line"]), Problem(each["problem"]), each["detail"], each["file"])
            for each in told.pop(one)  # type: ignore[union-attr]  # these two are lists
        ]
        for one in ("rejected", "warnings")
    }
    return Tally(**told, **found)  # type: ignore[arg-type]  # what is left are numbers
