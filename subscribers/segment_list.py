"""The people of a segment as CSV, streamed, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable
from typing import TextIO

from subscribers.model import Member

COLUMNS = ("subscriber", "email", "name", "language", "joined_at")
#: what makes spreadsheets take a cell for a formula (OWASP, CSV injection)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_members(stream: TextIO, people: Iterable[Member]) -> int:
    """Write them with a head; returns how many.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    out = csv.writer(stream, lineterminator="\r\n")
    out.writerow(COLUMNS)
    count = 0
    for one in people:
        cells = (one.address, one.name, one.language, one.joined_at.isoformat())
        out.writerow((one.subscriber, *map(_safe, cells)))
        count += 1
    return count


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
