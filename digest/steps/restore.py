"""restore: a backup in the database's place, brought up to what was asked of us since.

All of it is done to the copy before it takes its place: there is no moment at which somebody who
left could be mailed by it. Without the journal that tells who left it stands still until a person
says that it may send all the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from sqlalchemy.engine import Connection, Engine

from digest.errors import InvalidError, UnsoundError, WrongStateError
from digest.model.backup import Manifest
from digest.steps.coming import coming
from digest.steps.keeping import Keeping
from digest.store import aftermath, copying, fsck, outside, parcel, place, snapshot, standstill
from digest.store.engine import make_engine, reading, writing
from digest.store.standstill import Still

log = structlog.get_logger()

#: the journal is read from so long before the backup: an import may have begun, and a clock differ
OVERLAP = timedelta(days=1)
WHO, ITS_JOURNAL = "restore", "its journal"
NO_JOURNAL = "it was restored without the journal of who left since the backup"


@dataclass(slots=True)
class Done:
    """What was done again, because it was asked for or went since the backup."""

    left: int = 0
    suppressed: int = 0
    erased: int = 0
    #: batches in doubt and issues given up, because they went since or may have
    batches: int = 0
    issues: int = 0
    #: lines of the journal that were cut short
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore came to."""

    manifest: Manifest
    #: where the database that was there before is now; empty: there was none
    aside: str
    #: None: the journal is not there, and so the database stands still
    done: Done | None
    #: who said that it may send without the journal
    without: str


def restore(keeping: Keeping, file: Path, *, replace: bool = False, without: str = "") -> Restored:
    """Put a backup into the database's place, which is empty or, with ``replace``, put aside.

    ``without``: who says that it may send though the journal is not there. Raises WrongStateError,
    InvalidError, UnsoundError and OSError; then nothing has changed.
    """
    keeping.folder.mkdir(parents=True, exist_ok=True)
    beside = place.beside(keeping.engine, keeping.folder)
    with (
        place.held(keeping.engine, keeping.tables, replace=replace),
        TemporaryDirectory(dir=beside, prefix=".digest-") as folder,
    ):
        copy = Path(folder) / "copy.sqlite3"
        manifest = parcel.unpack(file, copy)
        if manifest.pepper != keeping.pepper:
            raise WrongStateError(
                "the backup is of a newsroom with another pepper, so nobody who left would be "
                "known by it",
                hint="put back the secret web.pepper that it was made with",
            )
        snapshot.verify(copy, manifest.tables)
        done, used = _bring_up(keeping, manifest, copy, without)
        stamp = f"{keeping.clock.now():%Y%m%dT%H%M%SZ}"
        aside = place.put(keeping.engine, copy, keeping.tables, keeping.migrate, stamp)
        if done is not None:
            keeping.adopt(keeping.engine, used or WHO, f"of backup {manifest.id}")
    log.info("restored", backup=manifest.id, stands_still=done is None)
    return Restored(manifest=manifest, aside=aside, done=done, without=used)


def since(keeping: Keeping, at: datetime, who: str) -> Done:
    """Bring up a database that others restored, as it was at ``at`` or later, by the journal.

    Raises WrongStateError where the journal says nothing.
    """
    if not keeping.journal.read().entries:
        raise WrongStateError("the journal is empty", hint="put the folder [backup] journal back")
    done, now = _do(keeping, keeping.engine, at, without=False), keeping.clock.now()
    with writing(keeping.engine) as connection:
        copying.go_on_after(connection, keeping.tables, aftermath.numbers(keeping.tables, now))
        standstill.say(connection, Still.RESTORED, "", now, taken_at=at, ended_by=who)
    keeping.adopt(keeping.engine, who, f"as it was at {at.isoformat()}, by its journal")
    return done


def reapply(keeping: Keeping, who: str, *, without: bool = False) -> Done | None:
    """Bring up a restored database that stands still: its journal is here now, or ``without`` it.

    None where it does not stand still. Raises WrongStateError where the journal is not there.
    """
    with reading(keeping.engine) as connection:
        still = standstill.stands(connection)
    if still is None or still.kind is not Still.RESTORED or still.taken_at is None:
        return None
    if not without and not _reaches(keeping.journal.read().entries, still.backup):
        raise WrongStateError(
            "the journal does not hold the backup that was restored",
            hint="put its folder back, or say --without-journal NAME",
        )
    done = _do(keeping, keeping.engine, still.taken_at, without=without)
    with writing(keeping.engine) as connection:
        standstill.end(connection, Still.RESTORED, who, keeping.clock.now())
    keeping.adopt(keeping.engine, who, f"of backup {still.backup}")
    log.warning("restored_may_send", by=who, without_journal=without)
    return done


def _bring_up(
    keeping: Keeping, manifest: Manifest, copy: Path, without: str
) -> tuple[Done | None, str]:
    """Do to the copy what was asked for since; who said that it may send without the journal."""
    from alembic.util import CommandError

    engine = make_engine(f"sqlite:///{copy}")
    now = keeping.clock.now()
    try:
        keeping.migrate(engine)
        here = _reaches(keeping.journal.read().entries, manifest.id)
        done = None
        if here or without:
            done = _do(keeping, engine, manifest.taken_at, without=not here)
        with writing(engine) as connection:
            if flaws := fsck.check(connection):
                raise UnsoundError(flaws[0].why, hint="take another backup", issue=flaws[0].issue)
            copying.go_on_after(connection, keeping.tables, aftermath.numbers(keeping.tables, now))
            standstill.say(
                connection,
                Still.RESTORED,
                "" if here else NO_JOURNAL,
                now,
                taken_at=manifest.taken_at,
                backup=manifest.id,
                ended_by=ITS_JOURNAL if here else without,
            )
    except CommandError as error:
        raise InvalidError(
            f"the backup was made by a later program, {manifest.program}", hint="install that one"
        ) from error
    finally:
        engine.dispose()
        snapshot.rest(copy)
    return done, "" if here else without


def _reaches(entries: Sequence[Mapping[str, Any]], backup: str) -> bool:
    """Whether the journal is of this database, and goes on where the backup ends."""
    return any(one["what"] == outside.BACKUP and one["id"] == backup for one in entries)


def _do(keeping: Keeping, engine: Engine, taken_at: datetime, *, without: bool) -> Done:
    """Do again what was done since; ``without``: what nothing tells of is settled by caution."""
    now = keeping.clock.now()
    told = keeping.journal.read(taken_at - OVERLAP)
    people = keeping.reapply(engine, told.entries)
    erased = [one["subscriber"] for one in told.entries if one["what"] == "erased"]
    with reading(engine) as connection:
        due = _due(connection, keeping, taken_at, now) if without else []
    with writing(engine) as connection:
        aftermath.erase(connection, erased, now)
        settled = aftermath.by_journal(connection, told.entries, now)
        if without:
            careful = aftermath.by_caution(connection, due, now)
            settled.batches += careful.batches
            settled.issues += careful.issues
    return Done(
        left=people.left,
        suppressed=people.suppressed,
        erased=people.erased,
        batches=settled.batches,
        issues=settled.issues,
        unreadable=told.unreadable,
    )


def _due(
    connection: Connection, keeping: Keeping, after: datetime, until: datetime
) -> list[tuple[str, date, datetime]]:
    return [
        (edition.slug, one.local_date, one.at)
        for edition in keeping.editions().values()
        for one in coming(connection, edition, after, until)
    ]
