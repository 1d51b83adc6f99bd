"""Why nothing may be sent from this database: it is a copy that knows too little, or has moved."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.store.keeping_tables import standstill


class Still(StrEnum):
    """How it came about."""

    RESTORED = "restored"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standstill:
    """One reason."""

    kind: Still
    at: datetime
    taken_at: datetime | None
    #: the backup that it was restored from
    backup: str
    note: str

    @property
    def way_out(self) -> str:
        """What a person may do about it."""
        if self.kind is Still.MOVED:
            return "`digest move --back` has it send again"
        return "put the journal's folder back and say `digest restore`, or --without-journal NAME"


def stands(connection: Connection) -> Standstill | None:
    """Why nothing may be sent; None: it may."""
    row = connection.execute(
        sa.select(standstill)
        .where(standstill.c.ended_at.is_(None))
        .order_by(standstill.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Standstill(
        kind=Still(row.kind),
        at=row.at,
        taken_at=row.taken_at,
        backup=row.backup,
        note=row.note,
    )


def say(
    connection: Connection,
    kind: Still,
    note: str,
    now: datetime,
    *,
    taken_at: datetime | None = None,
    backup: str = "",
    ended_by: str = "",
) -> None:
    """Have it stand still; or, with ``ended_by``, only write down that it came about."""
    connection.execute(
        sa.insert(standstill).values(
            kind=kind.value,
            at=now,
            taken_at=taken_at,
            backup=backup,
            note=note,
            ended_at=now if ended_by else None,
            ended_by=ended_by[:100],
        )
    )


def end(connection: Connection, kind: Still, who: str, now: datetime) -> bool:
    """Let it go on; False where it was not standing still for this."""
    done = connection.execute(
        sa.update(standstill)
        .where(standstill.c.kind == kind.value, standstill.c.ended_at.is_(None))
        .values(ended_at=now, ended_by=who[:100])
    )
    return bool(done.rowcount)
