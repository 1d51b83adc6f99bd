"""Import: streamed, in short transactions, with a report of every row that was not taken whole.

Nobody is mailed. Rows may come again, also after a crash in the middle: they add nobody twice.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlalchemy.engine import Connection, Engine

from subscribers.address import Address
from subscribers.enrolment import Registrar, enrol
from subscribers.foreign.row import LEAVERS, Standing
from subscribers.given import Columns, Given
from subscribers.leavers import Leaver, bar
from subscribers.model import Enrolment, EnrolmentOutcome, Entry
from subscribers.rows import Finding, Problem, RowError, RowReader

#: rows in one transaction
CHUNK = 1000
#: why somebody is suppressed who left elsewhere
REASONS = {
    Standing.LEFT: "left elsewhere",
    Standing.BOUNCED: "bounced elsewhere",
}


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """What became of an import.

    ``rows = added + updated + barred + skipped + len(rejected)``.
    """

    dry_run: bool
    rows: int = 0
    added: int = 0
    updated: int = 0
    #: people who left elsewhere, suppressed here
    barred: int = 0
    #: rows that were not asked for
    skipped: int = 0
    #: rows that were not taken
    rejected: list[Finding] = field(default_factory=list)
    #: rows that were taken without something
    warnings: list[Finding] = field(default_factory=list)
    #: columns of the file that mean nothing to us
    ignored_columns: tuple[str, ...] = ()
    #: column of another system → how many of its words mean something here, and how many do not
    words: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Read:
    """A row that can be taken, with its place in the file."""

    given: Given
    what: Entry | Leaver

    @property
    def address(self) -> Address:
        return self.what.address


_Seen: TypeAlias = sqlite3.Connection | None


@dataclass(slots=True, kw_only=True)
class Import:
    """One import. ``once``: each person may stand in it but once, as in our own CSV."""

    engine: Engine
    rows: RowReader
    registrar: Registrar
    columns: Columns
    once: bool = True
    #: take nobody new, only who left elsewhere
    leavers_only: bool = False
    dry_run: bool = False

    def run(self, given: Iterable[Given]) -> ImportReport:
        """Take the rows. A dry run does all of it and takes it back."""
        report = ImportReport(dry_run=self.dry_run)
        # An unnamed SQLite database is a temporary file: a million rows need no memory of ours.
        with closing(sqlite3.connect("")) as seen:
            seen.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
            read = self._read(given, seen if self.once else None, report)
            for chunk in _chunks(read):
                with self.engine.connect() as connection, connection.begin() as transaction:
                    self._take(connection, chunk, report)
                    if self.dry_run:
                        transaction.rollback()
        report.rejected.sort(key=lambda finding: (finding.file, finding.line))
        report.warnings.sort(key=lambda finding: (finding.file, finding.line))
        report.ignored_columns = tuple(sorted(self.columns.ignored))
        counted = self.columns.matched.keys() | self.columns.unmatched.keys()
        report.words = {
            one: (self.columns.matched[one], self.columns.unmatched[one]) for one in sorted(counted)
        }
        return report

    def _read(self, given: Iterable[Given], seen: _Seen, report: ImportReport) -> Iterator[_Read]:
        """The rows that can be taken; all others go into the report."""
        for one in given:
            report.rows += 1
            try:
                read = self._one(one, report)
            except RowError as error:
                report.rejected.append(_finding(one, error.problem, error.detail))
                continue
            if read is None:
                report.skipped += 1
                continue
            try:
                _check_first(seen, read.address.key, one.line)
            except RowError as error:
                report.rejected.append(_finding(one, error.problem, error.detail))
                continue
            yield read

    def _one(self, given: Given, report: ImportReport) -> _Read | None:
        if given.problem is not None:
            raise given.problem
        if given.standing in LEAVERS:
            mailbox, left_at = self.rows.leaver(given.cells, given.left_at)
            reason = REASONS[given.standing]
            editions = given.left_editions
            return _Read(
                given, Leaver(address=mailbox, reason=reason, left_at=left_at, editions=editions)
            )
        if self.leavers_only:
            return None
        if given.standing is Standing.UNCONFIRMED:
            raise RowError(Problem.UNCONFIRMED, "they never said yes there; nothing was stored")
        entry, left_out = self.rows.entry(given.cells)
        report.warnings.extend(_finding(given, problem, detail) for problem, detail in left_out)
        return _Read(given, entry)

    def _take(self, connection: Connection, chunk: list[_Read], report: ImportReport) -> None:
        leavers = [(one.given, one.what) for one in chunk if isinstance(one.what, Leaver)]
        barred = bar(connection, [leaver for _, leaver in leavers], self.registrar)
        for (given, _), done in zip(leavers, barred, strict=True):
            if done:
                report.barred += 1
            else:
                detail = "they asked for mail here after they had left there"
                report.rejected.append(_finding(given, Problem.STAYS, detail))
        entries = [(one.given, one.what) for one in chunk if isinstance(one.what, Entry)]
        results = enrol(connection, [entry for _, entry in entries], self.registrar)
        for (given, _), result in zip(entries, results, strict=True):
            _count(report, given, result)


def _chunks(read: Iterable[_Read]) -> Iterator[list[_Read]]:
    """Runs of rows, nobody twice in one."""
    chunk: list[_Read] = []
    keys: set[str] = set()
    for one in read:
        if len(chunk) >= CHUNK or one.address.key in keys:
            yield chunk
            chunk, keys = [], set()
        chunk.append(one)
        keys.add(one.address.key)
    if chunk:
        yield chunk


def _check_first(seen: _Seen, key: str, line: int) -> None:
    if seen is None:
        return
    if seen.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, line)).rowcount:
        return
    (first,) = seen.execute("SELECT line FROM seen WHERE key = ?", (key,)).fetchone()
    raise RowError(Problem.DUPLICATE, f"the same address as line {first}")


def _finding(given: Given, problem: Problem, detail: str) -> Finding:
    return Finding(given.line, problem, detail, given.file)


def _count(report: ImportReport, given: Given, result: Enrolment) -> None:
    match result.outcome:
        case EnrolmentOutcome.ADDED:
            report.added += 1
        case EnrolmentOutcome.UPDATED:
            report.updated += 1
        case EnrolmentOutcome.SUPPRESSED:
            detail = "this address must not be mailed; nothing was stored"
            report.rejected.append(_finding(given, Problem.SUPPRESSED, detail))
    if result.kept_out:
        editions = ", ".join(sorted(result.kept_out))
        report.warnings.append(_finding(given, Problem.KEPT_OUT, editions))
    if result.kept_choice:
        detail = "all stays as they chose on their page"
        report.warnings.append(_finding(given, Problem.KEPT_CHOICE, detail))
