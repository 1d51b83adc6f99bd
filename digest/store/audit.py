"""The record of who did what, in the database: added to, read, never changed."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.people.audit import Act, Entry
from digest.store.people_tables import audit

#: what is held while an entry is added: any number that nobody else uses
ADDING = 0x6175646974
#: read at a time
PAGE = 500


def add(connection: Connection, act: Act, key: bytes) -> Entry:
    """Add what somebody did, in the transaction that did it."""
    if connection.dialect.name == "postgresql":
        # One after another, so that each follows the one before; SQLite has one writer anyway.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADDING)))
    last = connection.execute(sa.select(audit).order_by(audit.c.id.desc()).limit(1)).first()
    entry = Entry.after(_entry(last) if last else None, act, key)
    row = {
        "id": entry.id,
        "at": act.at,
        "who": act.who,
        "person_id": act.person,
        "what": act.what,
        "about": act.about,
        "before": act.before,
        "after": act.after,
        "place": act.place,
        "session": act.session,
        "seal": entry.seal,
    }
    connection.execute(sa.insert(audit), row)
    return entry


def newest(connection: Connection, limit: int, before: int | None = None) -> list[Entry]:
    """The last entries, newest first; ``before``: those with smaller numbers."""
    query = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.id < before)
    return [_entry(row) for row in connection.execute(query)]


def every(connection: Connection) -> Iterator[Entry]:
    """All entries, oldest first, a page at a time."""
    last = -1
    while True:
        rows = connection.execute(
            sa.select(audit).where(audit.c.id > last).order_by(audit.c.id).limit(PAGE)
        ).all()
        yield from map(_entry, rows)
        if len(rows) < PAGE:
            return
        last = rows[-1].id


def _entry(row: sa.Row[tuple[object, ...]]) -> Entry:
    act = Act(
        at=row.at,
        who=row.who,
        person=row.person_id,
        what=row.what,
        about=row.about,
        before=row.before,
        after=row.after,
        place=row.place,
        session=row.session,
    )
    return Entry(id=row.id, act=act, seal=row.seal)
