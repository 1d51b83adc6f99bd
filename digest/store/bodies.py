"""The last documents of each source, as received, to be read again when something looks wrong."""

import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import KeptBody
from digest.store.tables import body

#: how many different documents are kept of a source
KEPT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBody:
    """One document of a source and when it came first."""

    id: int
    source: str
    at: datetime
    body: KeptBody


def keep(connection: Connection, source: str, new: KeptBody, now: datetime) -> bool:
    """Keep ``new`` unless it is the newest kept already; whether it was kept."""
    digest = hashlib.sha256(new.content).hexdigest()
    known = connection.execute(
        sa.select(body.c.id, body.c.hash).where(body.c.source == source).order_by(body.c.id.desc())
    ).all()
    if known and known[0].hash == digest:
        return False
    connection.execute(
        sa.insert(body).values(
            source=source,
            at=now,
            url=new.url,
            content_type=new.content_type,
            hash=digest,
            content=zlib.compress(new.content, 3),
        )
    )
    old = [row.id for row in known[KEPT - 1 :]]
    if old:
        connection.execute(sa.delete(body).where(body.c.id.in_(old)))
    return True


def kept(connection: Connection, source: str) -> list[StoredBody]:
    """What is kept of a source, newest first."""
    rows = connection.execute(
        sa.select(body).where(body.c.source == source).order_by(body.c.id.desc())
    )
    return [
        StoredBody(
            id=row.id,
            source=source,
            at=row.at,
            body=KeptBody(
                url=row.url, content_type=row.content_type, content=zlib.decompress(row.content)
            ),
        )
        for row in rows
    ]
