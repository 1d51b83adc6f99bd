"""The people of a segment as CSV, streamed, safe to open in a spreadsheet."""

from collections.abc import Iterable
from typing import TextIO

from subscribers.formulas import csv_row
from subscribers.model import Member

COLUMNS = ("subscriber", "email", "name", "language", "joined_at")


def write_members(stream: TextIO, people: Iterable[Member]) -> int:
    """Write them with a head; returns how many."""
    stream.write(csv_row(COLUMNS))
    count = 0
    for one in people:
        cells = (one.address, one.name, one.language, one.joined_at.isoformat())
        stream.write(csv_row([str(one.subscriber), *cells]))
        count += 1
    return count
