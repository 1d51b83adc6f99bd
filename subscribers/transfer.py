"""Import: streamed, in short transactions, with a report of every row that was not taken whole.

Nobody is mailed. Rows may come again: they add nobody twice. Broken off in the middle, an import
goes on where it stopped when it is asked for again, and comes to the same report.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlalchemy.engine import Connection, Engine

from subscribers.address import Address
from subscribers.enrolment import Registrar, enrol
from subscribers.foreign.row import LEAVERS, Standing
from subscribers.given import Columns, Given
from subscribers.import_run import ImportRun, Tally
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
    #: None: cannot be gone on with
    progress: ImportRun | None = None

    def run(self, given: Iterable[Given]) -> ImportReport:
        """Take the rows. A dry run does all of it and takes it back."""
        report, tally = ImportReport(dry_run=self.dry_run), self._begun()
        done = self.progress.rows if self.progress else 0
        page: list[_Read] = []
        keys: set[str] = set()
        # An unnamed SQLite database is a temporary file: a million rows need no memory of ours.
        with closing(sqlite3.connect("", isolation_level=None)) as seen:
            seen.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
            # Never committed, so that it need not be written out for that.
            seen.execute("BEGIN")
            for one in given:
                read, rejected, warnings = self._read(one, seen if self.once else None)
                new = report.rows >= done
                # Nobody twice in one page.
                if read and new and (len(page) == CHUNK or read.address.key in keys):
                    self._take(page, tally, report.rows)
                    page, keys = [], set()
                report.rows += 1
                report.warnings += warnings
                if rejected is not None:
                    report.rejected.append(rejected)
                elif read is None:
                    report.skipped += 1
                elif new:
                    page.append(read)
                    keys.add(read.address.key)
            self._take(page, tally, report.rows, end=True)
        return self._finished(report, tally)

    def _begun(self) -> Tally:
        if self.progress is None:
            return Tally()
        with self.engine.begin() as connection:
            return self.progress.begin(connection)

    def _finished(self, report: ImportReport, tally: Tally) -> ImportReport:
        report.added, report.updated, report.barred = tally.added, tally.updated, tally.barred
        report.rejected += tally.rejected
        report.warnings += tally.warnings
        report.rejected.sort(key=lambda finding: (finding.file, finding.line))
        report.warnings.sort(key=lambda finding: (finding.file, finding.line))
        report.ignored_columns = tuple(sorted(self.columns.ignored))
        counted = self.columns.matched.keys() | self.columns.unmatched.keys()
        report.words = {
            one: (self.columns.matched[one], self.columns.unmatched[one]) for one in sorted(counted)
        }
        return report

    def _read(
        self, given: Given, seen: _Seen
    ) -> tuple[_Read | None, Finding | None, list[Finding]]:
        """The row if it can be taken, else why not; and what is taken without something."""
        try:
            read, left_out = self._one(given)
            if read is not None:
                _check_first(seen, read.address.key, given.line)
        except RowError as error:
            return None, _finding(given, error.problem, error.detail), []
        return read, None, [_finding(given, problem, detail) for problem, detail in left_out]

    def _one(self, given: Given) -> tuple[_Read | None, list[tuple[Problem, str]]]:
        if given.problem is not None:
            raise given.problem
        if given.standing in LEAVERS:
            mailbox, left_at = self.rows.leaver(given.cells, given.left_at)
            reason = REASONS[given.standing]
            editions = given.left_editions
            return _Read(
                given, Leaver(address=mailbox, reason=reason, left_at=left_at, editions=editions)
            ), []
        if self.leavers_only:
            return None, []
        if given.standing is Standing.UNCONFIRMED:
            raise RowError(Problem.UNCONFIRMED, "they never said yes there; nothing was stored")
        entry, left_out = self.rows.entry(given.cells)
        return _Read(given, entry), left_out

    def _take(self, page: list[_Read], tally: Tally, rows: int, *, end: bool = False) -> None:
        """Take a page in one transaction; with it all of the first ``rows`` rows are done."""
        with self.engine.connect() as connection, connection.begin() as transaction:
            self._enrol(connection, page, tally)
            if self.progress is not None:
                self.progress.save(connection, rows, tally, end=end)
            if self.dry_run:
                transaction.rollback()

    def _enrol(self, connection: Connection, page: list[_Read], tally: Tally) -> None:
        leavers = [(one.given, one.what) for one in page if isinstance(one.what, Leaver)]
        barred = bar(connection, [leaver for _, leaver in leavers], self.registrar)
        for (given, _), done in zip(leavers, barred, strict=True):
            if done:
                tally.barred += 1
            else:
                detail = "they asked for mail here after they had left there"
                tally.rejected.append(_finding(given, Problem.STAYS, detail))
        entries = [(one.given, one.what) for one in page if isinstance(one.what, Entry)]
        results = enrol(connection, [entry for _, entry in entries], self.registrar)
        for (given, _), result in zip(entries, results, strict=True):
            _count(tally, given, result)


def _check_first(seen: _Seen, key: str, line: int) -> None:
    if seen is None:
        return
    if seen.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, line)).rowcount:
        return
    (first,) = seen.execute("SELECT line FROM seen WHERE key = ?", (key,)).fetchone()
    raise RowError(Problem.DUPLICATE, f"the same address as line {first}")


def _finding(given: Given, problem: Problem, detail: str) -> Finding:
    return Finding(given.line, problem, detail, given.file)


def _count(tally: Tally, given: Given, result: Enrolment) -> None:
    match result.outcome:
        case EnrolmentOutcome.ADDED:
            tally.added += 1
        case EnrolmentOutcome.UPDATED:
            tally.updated += 1
        case EnrolmentOutcome.SUPPRESSED:
            detail = "this address must not be mailed; nothing was stored"
            tally.rejected.append(_finding(given, Problem.SUPPRESSED, detail))
    if result.kept_out:
        editions = ", ".join(sorted(result.kept_out))
        tally.warnings.append(_finding(given, Problem.KEPT_OUT, editions))
    if result.kept_choice:
        detail = "all stays as they chose on their page"
        tally.warnings.append(_finding(given, Problem.KEPT_CHOICE, detail))
