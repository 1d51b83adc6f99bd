"""CSV import: streamed, in short transactions, with a report of every row that was not taken whole.

A row is one line: a quote left open breaks its own row and no other. Nobody is mailed.
"""

import csv
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from sqlalchemy.engine import Engine

from subscribers.enrolment import Registrar, enrol
from subscribers.errors import UnreadableFileError
from subscribers.model import Enrolment, EnrolmentOutcome, Entry
from subscribers.rows import COLUMNS, REQUIRED, Finding, Problem, RowError, RowReader
from subscribers.segment_parse import closest

#: rows in one transaction
CHUNK = 1000
#: bytes; ours have no business being longer
LONGEST_LINE = 64 * 1024


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """What became of a file. ``rows = added + updated + len(rejected)``."""

    dry_run: bool
    rows: int = 0
    added: int = 0
    updated: int = 0
    #: rows that were not taken
    rejected: list[Finding] = field(default_factory=list)
    #: rows that were taken without something
    warnings: list[Finding] = field(default_factory=list)
    #: columns of the file that mean nothing to us
    ignored_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """A row that can be enrolled, with its place in the file."""

    line: int
    entry: Entry


def import_csv(
    engine: Engine,
    stream: BinaryIO,
    rows: RowReader,
    registrar: Registrar,
    *,
    dry_run: bool = False,
) -> ImportReport:
    """Import a UTF-8 CSV with a header line. A dry run does all of it and takes it back.

    Raises UnreadableFileError if it cannot even begin; then nothing was changed.
    """
    lines = _lines(stream)
    header = _header(lines)
    ignored = tuple(name for name in header if name not in COLUMNS)
    report = ImportReport(dry_run=dry_run, ignored_columns=ignored)
    # An unnamed SQLite database is a temporary file: a million rows need no memory of ours.
    with closing(sqlite3.connect("")) as seen:
        seen.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        read = _read(lines, header, rows, seen, report)
        while chunk := list(islice(read, CHUNK)):
            with engine.connect() as connection, connection.begin() as transaction:
                results = enrol(connection, [one.entry for one in chunk], registrar)
                if dry_run:
                    transaction.rollback()
            _count(report, chunk, results)
    report.rejected.sort(key=lambda finding: finding.line)
    report.warnings.sort(key=lambda finding: finding.line)
    return report


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


def _header(lines: Iterator[tuple[int, str | None]]) -> list[str]:
    _, first = next(lines, (0, ""))
    if first is None or first.startswith(("\udcff\udcfe", "\udcfe\udcff")) or "\0" in first:
        raise UnreadableFileError("this is no CSV in UTF-8; export it as “CSV UTF-8”")
    cells = _cells(first.removeprefix("\ufeff")) or []
    names = [cell.strip().casefold() for cell in cells]
    for wanted in REQUIRED:
        if wanted not in names:
            near = closest(wanted, [name for name in names if name.isidentifier()])
            raise UnreadableFileError(
                f"the first line must name the columns, separated by commas, and {wanted!r} is"
                f" not among them; {near}"
            )
    repeated = sorted({name for name in names if name in COLUMNS and names.count(name) > 1})
    if repeated:
        raise UnreadableFileError(f"column {repeated[0]!r} is there twice")
    return names


def _cells(line: str) -> list[str] | None:
    """The cells of a line; None if its quotes are broken."""
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        return None


def _read(
    lines: Iterator[tuple[int, str | None]],
    header: Sequence[str],
    rows: RowReader,
    seen: sqlite3.Connection,
    report: ImportReport,
) -> Iterator[_Read]:
    """The rows that can be enrolled; all others go into the report."""
    for number, line in lines:
        if line is not None and not line.strip():
            continue
        report.rows += 1
        try:
            entry, left_out = rows.entry(_row(line, header))
            _check_first(seen, entry.address.key, number)
        except RowError as error:
            report.rejected.append(Finding(number, error.problem, error.detail))
            continue
        report.warnings.extend(Finding(number, problem, detail) for problem, detail in left_out)
        yield _Read(number, entry)


def _row(line: str | None, header: Sequence[str]) -> dict[str, str]:
    if line is None:
        raise RowError(Problem.TOO_LONG, f"a line of over {LONGEST_LINE} bytes")
    cells = _cells(line)
    if cells is None:
        raise RowError(Problem.QUOTES, "a quote is not closed on its line, or text follows it")
    if len(cells) != len(header):
        raise RowError(Problem.COLUMNS, f"{len(cells)} cells for {len(header)} columns")
    return {name: cell for name, cell in zip(header, cells, strict=True) if name in COLUMNS}


def _check_first(seen: sqlite3.Connection, key: str, line: int) -> None:
    if seen.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, line)).rowcount:
        return
    (first,) = seen.execute("SELECT line FROM seen WHERE key = ?", (key,)).fetchone()
    raise RowError(Problem.DUPLICATE, f"the same address as line {first}")


def _count(report: ImportReport, chunk: Sequence[_Read], results: Sequence[Enrolment]) -> None:
    for read, result in zip(chunk, results, strict=True):
        match result.outcome:
            case EnrolmentOutcome.ADDED:
                report.added += 1
            case EnrolmentOutcome.UPDATED:
                report.updated += 1
            case EnrolmentOutcome.SUPPRESSED:
                detail = "this address must not be mailed; nothing was stored"
                report.rejected.append(Finding(read.line, Problem.SUPPRESSED, detail))
        if result.kept_out:
            editions = ", ".join(sorted(result.kept_out))
            report.warnings.append(Finding(read.line, Problem.KEPT_OUT, editions))
        if result.kept_choice:
            detail = "all stays as they chose on their page"
            report.warnings.append(Finding(read.line, Problem.KEPT_CHOICE, detail))
