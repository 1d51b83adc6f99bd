"""``fold --jsonl``: stories of a file, a row each."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from digest.curate.copies import copies
from digest.curate.events import events
from digest.curate.similarity import Text
from digest.errors import DigestError

#: numbers above it are milliseconds: as seconds they would lie past the year 5000
_MILLISECONDS = 100_000_000_000


class Row(BaseModel):
    """One line of the file; ``time`` as ISO 8601 (UTC if it says no zone) or as a Unix time."""

    id: str | int
    title: str | None = None
    body: str | None = None
    time: str | int | float | None = None

    @property
    def text(self) -> Text:
        """What is compared."""
        return Text(title=self.title or "", body=self.body or "", at=_instant(self.time))


def group(file: Path) -> int:
    """Print which rows of a file are copies, folded or of one event; returns how many were bad.

    Raises DigestError if it cannot be read.
    """
    rows, bad = _read(file)
    texts = [row.text for row in rows]
    copied = copies(texts)
    # One copy is one event, whatever else is alike.
    found = events(texts, together=[(first, one) for one, first in enumerate(copied)])
    for row, copy, folded, event in zip(rows, copied, found.fold, found.event, strict=True):
        told = {"id": row.id, "copy": rows[copy].id}
        told |= {"fold": rows[folded].id, "event": rows[event].id}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    if bad:
        sys.stderr.write(f"{bad} rows left out\n")
    return bad


def _read(file: Path) -> tuple[list[Row], int]:
    rows: list[Row] = []
    bad = 0
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as lines:
            for number, raw in enumerate(lines, 1):
                try:
                    if raw.strip():
                        rows.append(Row.model_validate_json(raw))
                except ValidationError as error:
                    bad += 1
                    first = error.errors()[0]
                    where = ".".join(map(str, first["loc"])) or "the row"
                    sys.stderr.write(f"line {number}: {where}: {first['msg']}\n")
    except OSError as error:
        raise DigestError(f"{file}: {error.strerror}") from error
    return rows, bad


def _instant(given: str | float | None) -> datetime | None:
    """A time as it may be written; None where it says nothing."""
    if isinstance(given, str) and not given.strip().isdigit():
        try:
            at = datetime.fromisoformat(given.strip())
        except ValueError:
            return None
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at
    if given is None:
        return None
    try:
        seconds = float(given)
        return datetime.fromtimestamp(
            seconds / 1000 if abs(seconds) > _MILLISECONDS else seconds, UTC
        )
    except (OverflowError, ValueError, OSError):
        return None
