"""Whose this database is, as it says itself, and on which server it stands."""

from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from digest.model.installation import Known
from digest.store.engine import insert_new, reading
from digest.store.installation_tables import installation
from digest.store.tables import issue

_OID = "(SELECT oid::text FROM pg_database WHERE datname = current_database())"
_SYSTEM = "(SELECT system_identifier::text FROM pg_control_system())"


def known(connection: Connection) -> Known | None:
    """What the database says of itself; None: nobody told it yet."""
    rows = connection.execute(sa.select(installation).order_by(installation.c.number.desc())).all()
    if not rows:
        return None
    last, *before = rows
    return Known(
        id=last.id,
        place=last.place,
        instance=last.instance,
        mark=last.mark,
        before=frozenset(row.id for row in before),
        marked_at=last.marked_at,
    )


def add(
    connection: Connection,
    place: str,
    instance: str,
    mark: int,
    now: datetime,
    who: str,
    why: str = "",
) -> None:
    """Say whose it is from now on. Of two that say so at once the first is heard."""
    last = connection.scalar(sa.select(sa.func.max(installation.c.number))) or 0
    row = {
        "number": last + 1,
        "id": str(uuid4()),
        "place": place,
        "instance": instance,
        "mark": mark,
        "marked_at": now,
        "at": now,
        "who": who,
        "why": why,
    }
    insert_new(connection, installation, [row])


def mark(connection: Connection, now: datetime) -> None:
    """Count one more thing that a copy made before does not know of."""
    last = sa.select(sa.func.max(installation.c.number)).scalar_subquery()
    connection.execute(
        sa.update(installation)
        .where(installation.c.number == last)
        .values(mark=installation.c.mark + 1, marked_at=now)
    )


def empty(connection: Connection) -> bool:
    """Whether the database never had an issue, so that no other can have sent one of it."""
    return connection.execute(sa.select(issue.c.id).limit(1)).first() is None


def place(engine: Engine) -> str:
    """Which server and database this is; empty for a file, whose place its note tells.

    PostgreSQL's system identifier is made by initdb, a database's oid by CREATE DATABASE: what is
    restored from a dump has others. A user who may not ask for the first is told apart by the
    second alone.
    """
    if engine.dialect.name != "postgresql":
        return ""
    try:
        with reading(engine) as connection:
            return str(connection.exec_driver_sql(f"SELECT {_SYSTEM} || '/' || {_OID}").scalar())
    except DBAPIError:
        with reading(engine) as connection:
            return f"/{connection.exec_driver_sql(f'SELECT {_OID}').scalar()}"
