"""backup: one moment of the database in one file, looked through before it counts.

Not in it: the outbox and the transports' journals. They are evidence of what went, and an old
copy of evidence would have mail sent twice. Nor the queue's jobs: the ledger makes them anew. Nor
the secrets, without which no backup is of use: keep ``.secrets`` apart.
"""

import time
from functools import partial
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

import sqlalchemy as sa
import structlog

from digest import __version__
from digest.errors import WrongStateError
from digest.model.backup import FORMAT, Backup, Manifest
from digest.steps.keeping import Keeping
from digest.store import fsck, made, outside, parcel, snapshot
from digest.store.engine import make_engine, reading, writing

log = structlog.get_logger()

#: what backups in a folder are called
PATTERN = "digest-*.backup"


def backup(keeping: Keeping, where: Path, *, keep: int = 0) -> Backup:
    """Write a backup to the file or into the folder ``where``, and look it through.

    ``keep``: of a folder's backups so many stay, the newest; 0: all. Raises UnsoundError where the
    copy is not what was copied, and then there is none; WrongStateError where the file is there.
    """
    began, now = time.monotonic(), keeping.clock.now()
    name = f"{now:%Y%m%dT%H%M%SZ}-{token_hex(3)}"
    file = where / f"digest-{name}.backup" if where.is_dir() or not where.suffix else where
    if file.exists():
        raise WrongStateError(f"{file} is there already", hint="name another file")
    # First, so that all that comes after the moment stands behind it.
    keeping.journal.append([{"what": outside.BACKUP, "id": name, "at": now.isoformat()}])
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = file.with_name(f".{file.name}.partial")
    with TemporaryDirectory(dir=file.parent, prefix=".digest-") as folder:
        try:
            manifest = _write(keeping, name, Path(folder), partial)
            size = partial.stat().st_size
            partial.replace(file)
        finally:
            partial.unlink(missing_ok=True)
    seconds = time.monotonic() - began
    with writing(keeping.engine) as connection:
        made.note(connection, manifest, str(file.absolute()), size, seconds)
    removed = _prune(file.parent, keep) if keep and file.match(PATTERN) else ()
    log.info("backup_made", file=file.name, bytes=size, seconds=round(seconds, 1))
    return Backup(file=file, manifest=manifest, bytes=size, seconds=seconds, removed=removed)


def _write(keeping: Keeping, name: str, folder: Path, file: Path) -> Manifest:
    copy = folder / "copy.sqlite3"
    now = keeping.clock.now()
    revisions = keeping.revisions(keeping.engine)
    taken = snapshot.take(keeping.engine, copy, partial(keeping.migrate, to=revisions))
    flaws = _flaws(copy)
    snapshot.rest(copy)
    manifest = Manifest(
        format=FORMAT,
        id=name,
        program=__version__,
        taken_at=now,
        database=keeping.engine.dialect.name,
        schema=revisions,
        tables=taken.tables,
        numbers=taken.numbers,
        bytes=copy.stat().st_size,
        sha256=parcel.sha256(copy),
        pepper=keeping.pepper,
        flaws=flaws,
    )
    parcel.write(file, manifest, copy)
    copy.unlink()
    # What lies on the disk is looked at, not what was meant.
    parcel.unpack(file, copy)
    snapshot.verify(copy, taken.tables)
    return manifest


def _flaws(copy: Path) -> tuple[str, ...]:
    """What fsck finds in a copy; of an older schema nothing is said."""
    engine = make_engine(f"sqlite:///{copy}")
    try:
        with reading(engine) as connection:
            found = fsck.check(connection)
    except sa.exc.OperationalError:
        return ()
    finally:
        engine.dispose()
    return tuple(f"issue {one.issue}: {one.rule}: {one.why}" for one in found)


def _prune(folder: Path, keep: int) -> tuple[Path, ...]:
    """Remove all but the newest: their names begin with their time."""
    old = tuple(sorted(folder.glob(PATTERN))[:-keep])
    for file in old:
        file.unlink(missing_ok=True)
    return old
