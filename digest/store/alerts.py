"""Alerts: what stands, what was raised and what came right of late."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.model import DONE, Alert, AlertKind, IssueId
from digest.store.engine import insert_one
from digest.store.pauses import every
from digest.store.tables import fetch, source
from digest.store.watch_tables import alert


def standing(connection: Connection) -> Mapping[str, Alert]:
    """What is so still, by what it is about."""
    rows = connection.execute(sa.select(alert).where(alert.c.resolved_at.is_(None)))
    return {row.about: _alert(row) for row in rows}


def recent(connection: Connection, since: datetime) -> list[Alert]:
    """What was raised or came right since then, oldest first."""
    which = sa.or_(alert.c.raised_at >= since, alert.c.resolved_at >= since)
    query = sa.select(alert).where(which).order_by(alert.c.raised_at, alert.c.about, alert.c.time)
    return [_alert(row) for row in connection.execute(query)]


def raise_(connection: Connection, one: Alert, now: datetime) -> bool:
    """Raise it; False where it stands already, or is of a kind that is told once for all.

    Any number of schedulers may: the key lets one of them be first.
    """
    rows = connection.execute(
        sa.select(alert.c.time, alert.c.resolved_at).where(alert.c.about == one.about)
    ).all()
    if rows and (one.kind in DONE or any(row.resolved_at is None for row in rows)):
        return False
    row = {
        "about": one.about,
        "time": len(rows) + 1,
        "kind": one.kind.value,
        "edition": one.edition,
        "issue_id": one.issue,
        "source": one.source,
        "why": one.why,
        "raised_at": now,
        "resolved_at": now if one.kind in DONE else None,
        "resolution": "",
    }
    return insert_one(connection, alert, row)


def resolve(connection: Connection, one: Alert, how: str, now: datetime) -> bool:
    """It is so no longer; False where somebody said so already."""
    this = sa.and_(alert.c.about == one.about, alert.c.time == one.time)
    done = connection.execute(
        sa.update(alert)
        .where(this, alert.c.resolved_at.is_(None))
        .values(resolved_at=now, resolution=how)
    )
    return bool(done.rowcount)


def forget(connection: Connection, before: datetime) -> None:
    """Delete what came right before then."""
    connection.execute(sa.delete(alert).where(alert.c.resolved_at < before))


def silent_since(connection: Connection, names: Collection[str]) -> Mapping[str, datetime]:
    """Sources that fail, or are gone: when each was last read, or first tried. No paused ones."""
    rows = connection.execute(
        sa.select(source.c.name, source.c.status, source.c.last_ok_at).where(
            source.c.name.in_(names), source.c.status.in_(("failed", "gone"))
        )
    ).all()
    paused = every(connection)
    return {
        row.name: row.last_ok_at or _first_tried(connection, row.name)
        for row in rows
        if row.name not in paused
    }


def _first_tried(connection: Connection, name: str) -> datetime:
    at: datetime = connection.execute(
        sa.select(sa.func.min(fetch.c.at)).where(fetch.c.source == name)
    ).scalar_one()
    return at


def _alert(row: Row[Any]) -> Alert:
    return Alert(
        about=row.about,
        time=row.time,
        kind=AlertKind(row.kind),
        why=row.why,
        edition=row.edition,
        issue=None if row.issue_id is None else IssueId(row.issue_id),
        source=row.source,
        raised_at=row.raised_at,
        resolved_at=row.resolved_at,
        resolution=row.resolution,
    )
