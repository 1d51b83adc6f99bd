"""Wires backups, restores and moves, and the journal beside the database. For app.py alone."""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.engine import Engine

import subscribers
from digest.config import Settings
from digest.model import Edition
from digest.model.backup import Backup
from digest.model.task import Task
from digest.protocols import Clock
from digest.rights import EVERY, RETENTION
from digest.steps import backup, move, restore
from digest.steps.installation import Installation, machine
from digest.steps.keeping import Keeping
from digest.steps.move import Moved
from digest.steps.restore import Done, Restored
from digest.store import made, migrations, person, tidy
from digest.store.copying import Told
from digest.store.engine import reading, writing
from digest.store.every_table import TABLES

log = structlog.get_logger()

#: the chores under which they stand
BACKUP, TIDY = "backup", "tidy"
TIDY_EVERY = timedelta(days=1)


def journal(settings: Settings, now: Callable[[], datetime]) -> subscribers.Departures:
    """The journal of who left and what went, beside the database."""
    return subscribers.Departures(settings.backup.journal, now)


class Keeper:
    """What keeps the database from being lost, and is done when it was."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        clock: Clock,
        pepper: Callable[[], str],
        editions: Callable[[], Mapping[str, Edition]],
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._clock = clock
        self._pepper = pepper
        self._editions = editions

    @cached_property
    def keeping(self) -> Keeping:
        """What the steps need."""
        return Keeping(
            engine=self._engine,
            clock=self._clock,
            tables=[*TABLES.sorted_tables, *subscribers.every_table()],
            migrate=_migrate,
            revisions=_revisions,
            pepper=hmac.new(self._pepper().encode(), b"backup", hashlib.sha256).hexdigest()[:16],
            journal=journal(self._settings, self._clock.now),
            reapply=_reapply,
            adopt=self._adopt,
            editions=self._editions,
            folder=self._settings.sending.outbox.parent,
        )

    def before_migrating(self) -> Backup | None:
        """A backup of a database that is about to change; None where there is nothing to lose.

        Raises what a backup raises: nothing is changed then.
        """
        if migrations.revision(self._engine) is None:
            return None
        if not (migrations.pending(self._engine) or subscribers.pending(self._engine)):
            return None
        return self.backup()

    def rehearse(self) -> list[str]:
        """The SQL of the migrations that are due, run and taken back."""
        return [*migrations.rehearse(self._engine), *subscribers.rehearse(self._engine)]

    @property
    def folder(self) -> Path:
        """Where backups go that nobody names a place for."""
        return self._settings.backup.folder

    def backup(self, where: Path | None = None, *, keep: int | None = None) -> Backup:
        """Make a backup. Raises UnsoundError, WrongStateError and OSError."""
        kept = self._settings.backup.keep if keep is None else keep
        return backup.backup(self.keeping, where or self.folder, keep=kept)

    def restore(self, file: Path, *, replace: bool, without: str) -> Restored:
        """Put a backup in the database's place. Raises DigestError and OSError."""
        return restore.restore(self.keeping, file, replace=replace, without=without)

    def reapply(self, who: str, *, without: bool) -> Done | None:
        """Bring up a restored database that stands still. Raises WrongStateError."""
        return restore.reapply(self.keeping, who, without=without)

    def since(self, at: datetime, who: str) -> Done:
        """Bring up a database that others restored. Raises WrongStateError."""
        return restore.since(self.keeping, at, who)

    def move(self, url: str, told: Told, *, dry_run: bool = False) -> Moved:
        """Copy an SQLite database to PostgreSQL. Raises DigestError."""
        return move.move(self.keeping, url, told, dry_run=dry_run)

    def back(self, who: str) -> bool:
        """Let a database that has moved send again; False where it has not."""
        return move.back(self.keeping, who)

    def tidy(self) -> Mapping[str, int]:
        """Have the database keep its statistics and its room in order; what was done."""
        return tidy.tidy(self._engine)

    def tasks(self) -> list[Task]:
        """What recurs, as it stands."""
        every = {
            RETENTION: EVERY,
            BACKUP: timedelta(hours=self._settings.backup.every_hours),
            TIDY: TIDY_EVERY,
        }
        with reading(self._engine) as connection:
            begun = person.begun(connection, every)
            last = made.last(connection)
        told = f"{last.file}, {last.bytes} bytes" if last else ""
        return [
            Task(
                name=name,
                every=often or None,
                begun_at=begun.get(name),
                due_at=begun[name] + often if often and name in begun else None,
                last=told if name == BACKUP else "",
            )
            for name, often in every.items()
        ]

    def daily(self) -> None:
        """A backup and tidying, when they are due. Raises nothing: mail goes out all the same."""
        self._when_due(BACKUP, timedelta(hours=self._settings.backup.every_hours), self._scheduled)
        self._when_due(TIDY, TIDY_EVERY, self._tidied)

    def _adopt(self, engine: Engine, who: str, why: str) -> None:
        Installation(
            engine=engine,
            folder=self._settings.sending.outbox.parent,
            now=self._clock.now,
            instance=self._settings.database.instance,
            machine=machine(),
        ).adopt(who, why, settled=True)

    def _when_due(self, chore: str, every: timedelta, do: Callable[[], None]) -> None:
        try:
            now = self._clock.now()
            if not every:
                return
            with reading(self._engine) as connection:
                if not person.due(connection, chore, now, every):
                    return
            with writing(self._engine) as connection:
                # A database of today needs it tomorrow.
                first = person.note_first(connection, chore, now)
                mine = not first and person.begin(connection, chore, now, every)
            if mine:
                do()
        except Exception:
            # Told in the log and by `last backup`; tried again when it is due again.
            log.exception("chore_failed", chore=chore)

    def _scheduled(self) -> None:
        self.backup()

    def _tidied(self) -> None:
        days = self._settings.backup.journal_days
        gone = 0
        if days:
            gone = journal(self._settings, self._clock.now).forget(
                self._clock.now() - timedelta(days=days)
            )
        log.info("tidied", journals=gone, **self.tidy())


def _migrate(engine: Engine, to: Mapping[str, str] | None = None) -> None:
    told = to or {"digest": "head", "subscribers": "head"}
    migrations.migrate(engine, told["digest"])
    subscribers.migrate(engine, told["subscribers"])


def _revisions(engine: Engine) -> Mapping[str, str]:
    return {
        "digest": migrations.revision(engine) or "base",
        "subscribers": subscribers.revision(engine) or "base",
    }


def _reapply(engine: Engine, entries: Sequence[Mapping[str, Any]]) -> subscribers.Reapplied:
    return subscribers.reapply(engine, entries)
