"""Imports as they are asked for: our own CSV, or what another system exported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.engine import Engine

from subscribers.enrolment import Registrar
from subscribers.foreign import FORMATS
from subscribers.given import Columns, Reading, foreign, own
from subscribers.import_run import ImportRun, digest_of, digest_of_files
from subscribers.model import Catalogue, ConsentAction
from subscribers.rows import RowReader
from subscribers.tokens import Keys
from subscribers.transfer import Import, ImportReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How an import is asked for."""

    engine: Engine
    keys: Keys
    catalogue: Catalogue
    now: datetime
    actor: str
    reading: Reading
    #: for rows that name no edition
    editions: frozenset[str]
    dry_run: bool

    def csv(self, stream: BinaryIO) -> ImportReport:
        """Import a CSV with our columns. Raises UnreadableFileError."""
        digest = None if self.dry_run else digest_of(self._options("csv"), stream)
        columns = Columns()
        given = own(stream, self.reading, columns)
        return self._import(columns, digest).run(given)

    def export(self, path: Path, system: str, *, leavers_only: bool) -> ImportReport:
        """Import another system's export. Raises UnreadableFileError and OSError."""
        options = self._options(system, leavers_only)
        known = path.exists() and not self.dry_run
        digest = digest_of_files(options, path) if known else None
        columns = Columns()
        given = foreign(path, FORMATS[system], self.catalogue, self.reading, columns)
        run = self._import(columns, digest)
        run.once, run.leavers_only = False, leavers_only
        return run.run(given)

    def _options(self, *more: object) -> Sequence[object]:
        """All that decides what becomes of a row, beside the file itself."""
        told, offer = self.reading, self.catalogue
        return [
            *more,
            sorted(self.editions),
            sorted(told.columns.items()),
            sorted(told.words.items()),
            told.consent,
            sorted(told.editions),
            *(sorted(one) for one in (offer.editions, offer.regions, offer.topics)),
        ]

    def _import(self, columns: Columns, digest: str | None) -> Import:
        return Import(
            engine=self.engine,
            rows=RowReader(catalogue=self.catalogue, now=self.now, default_editions=self.editions),
            registrar=Registrar(
                keys=self.keys, now=self.now, action=ConsentAction.IMPORTED, actor=self.actor
            ),
            columns=columns,
            dry_run=self.dry_run,
            progress=ImportRun(digest=digest, now=self.now) if digest else None,
        )
