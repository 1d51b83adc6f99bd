"""Documents of each source, as received: to be read again when something looks wrong, or replayed.

Those of some days are kept ([retention] fetches), and of each source the last ones whatever their
age.
"""

import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import KeptBody
from digest.store.tables import body

#: how many different documents are kept of a source, however old
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
    newest = sa.select(body.c.hash).where(body.c.source == source).order_by(body.c.id.desc())
    if connection.scalar(newest.limit(1)) == digest:
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
    return True


def old(before: datetime) -> sa.ColumnElement[bool]:
    """SQL: a document that came before then, and is none of its source's last ones."""
    later = body.alias()
    newer = (
        sa.select(sa.func.count())
        .select_from(later)
        .where(later.c.source == body.c.source, later.c.id > body.c.id)
        .scalar_subquery()
    )
    return sa.and_(body.c.at < before, newer >= KEPT)


def kept(connection: Connection, source: str, limit: int | None = KEPT) -> list[StoredBody]:
    """What is kept of a source, newest first: the last ones, or with None all."""
    query = sa.select(body).where(body.c.source == source).order_by(body.c.id.desc())
    rows = connection.execute(query if limit is None else query.limit(limit))
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
