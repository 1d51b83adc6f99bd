"""Backups that were made, as the database remembers them: for health, metrics and people."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model.backup import Manifest
from digest.store.keeping_tables import backup_made


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that was made and looked through."""

    #: the moment that it shows
    taken_at: datetime
    file: str
    bytes: int
    seconds: int


def last(connection: Connection) -> Made | None:
    """The newest one; None: there never was any. What a restored database says is of before."""
    query = sa.select(backup_made).order_by(backup_made.c.taken_at.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Made(taken_at=row.taken_at, file=row.file, bytes=row.bytes, seconds=row.seconds)


def note(connection: Connection, one: Manifest, file: str, size: int, seconds: float) -> None:
    """Remember a backup, where the table for it is there: before a migration it may not be."""
    if sa.inspect(connection).has_table(backup_made.name):
        row = {"id": one.id, "taken_at": one.taken_at, "file": file, "bytes": size}
        connection.execute(sa.insert(backup_made).values(row | {"seconds": round(seconds)}))
