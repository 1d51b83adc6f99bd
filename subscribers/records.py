"""CSV as people's programs write it, read record by record and never more than one in memory.

A quoted cell may hold line breaks. Where a quote is left open, only the line that opened it is
lost: the lines after it are read again by themselves.
"""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from subscribers.errors import UnreadableFileError

#: bytes of one record; ours have no business being longer
LONGEST_LINE = 64 * 1024
#: lines of one record: a note in a cell, not a document
MOST_LINES = 100
SEPARATORS = (",", ";", "\t")
#: broken quotes in one file before each line counts by itself: hostile files take no longer
PATIENCE = 1000


@dataclass(frozen=True, slots=True)
class Record:
    """One record; ``cells`` is None where its quotes are broken."""

    line: int
    cells: list[str] | None
    #: too long to be read at all
    too_long: bool = False


class Records:
    """The records of a UTF-8 CSV after its header line. Raises UnreadableFileError at once.

    ``backslashes``: a quote within a cell is written ``\\"``, as some programs do, not ``""``.
    Bytes that are no UTF-8 are read as lone surrogates.
    """

    def __init__(self, stream: BinaryIO, *, backslashes: bool = False) -> None:
        self._lines = _lines(stream)
        self._again: deque[tuple[int, str | None]] = deque()
        self._escape = "\\" if backslashes else None
        self._separator = ","
        self._patience = PATIENCE
        _, first = next(self._lines, (0, ""))
        if first is None or first.startswith(("\udcff\udcfe", "\udcfe\udcff")) or "\0" in first:
            raise UnreadableFileError("this is no CSV in UTF-8; export it as “CSV UTF-8”")
        first = first.removeprefix("\ufeff")
        self._separator = max(SEPARATORS, key=first.count)
        #: the columns' names as they stand
        self.header = [cell.strip() for cell in self._cells(first) or []]

    def __iter__(self) -> Iterator[Record]:
        while (found := self._next()) is not None:
            number, line = found
            if line is None:
                yield Record(number, None, too_long=True)
            elif line.strip():
                yield Record(number, self._record(line))

    def _next(self) -> tuple[int, str | None] | None:
        return self._again.popleft() if self._again else next(self._lines, None)

    def _record(self, line: str) -> list[str] | None:
        """The cells of the record that ``line`` begins; lines it does not need are kept."""
        cells = self._cells(line)
        if cells is not None or '"' not in line or not self._patience:
            return cells
        taken: list[tuple[int, str | None]] = []
        whole = line
        while len(taken) < MOST_LINES and len(whole) <= LONGEST_LINE:
            found = self._next()
            if found is None:
                break
            taken.append(found)
            if found[1] is None:
                break
            whole = f"{whole}\n{found[1]}"
            # Only a quote can end it.
            cells = self._cells(whole) if '"' in found[1] else None
            if cells is not None and len(cells) == len(self.header):
                return cells
        self._patience -= 1
        self._again.extendleft(reversed(taken))
        return None

    def _cells(self, text: str) -> list[str] | None:
        rows = csv.reader(
            [f"{line}\n" for line in text.split("\n")] if "\n" in text else [text],
            delimiter=self._separator,
            escapechar=self._escape,
            doublequote=self._escape is None,
            strict=True,
        )
        try:
            cells = next(rows, [])
            return None if next(rows, None) is not None else cells
        except csv.Error:
            return None


def _lines(stream: BinaryIO) -> Iterator[tuple[int, str | None]]:
    """The lines with their numbers; None for one too long to read. Never holds more than one."""
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(LONGEST_LINE)  # reads to the line's end
            yield number, None
        else:
            yield number, line.decode("utf-8", "surrogateescape").rstrip("\r\n")
