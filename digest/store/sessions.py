"""Somebody's browsers: sessions by the hash of their cookie, and links that are good once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.store.people_tables import desk_session, welcome

#: an unused session ends after that long, a used one in any case
IDLE, LONGEST = timedelta(hours=12), timedelta(days=7)
#: to get from one step of logging in to the next
BETWEEN_STEPS = timedelta(minutes=10)
#: how exactly it is kept when one was last used: a page is no reason to write each time
SEEN_EVERY = timedelta(minutes=1)


class Stage(StrEnum):
    """How far somebody has come."""

    IN = "in"
    #: their second proof is still to come
    CODE = "code"
    #: they have no second proof yet and are to set one up
    ENROL = "enrol"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser in which somebody is logged in, or about to be."""

    token_hash: str
    person_id: int
    stage: Stage
    made_at: datetime
    seen_at: datetime
    proved_at: datetime
    #: an IP address
    place: str
    browser: str

    @property
    def short(self) -> str:
        """What the record calls it."""
        return self.token_hash[:8]


def add(connection: Connection, session: Session) -> None:
    """Begin one."""
    row = {column.name: getattr(session, column.name) for column in desk_session.columns}
    connection.execute(sa.insert(desk_session), row | {"stage": session.stage.value})


def find(connection: Connection, token_hash: str, now: datetime) -> Session | None:
    """The session of a cookie, unless it is over."""
    row = connection.execute(
        sa.select(desk_session).where(desk_session.c.token_hash == token_hash)
    ).first()
    if row is None:
        return None
    session = _session(row)
    return None if _over(session, now) else session


def of(connection: Connection, person_id: int, now: datetime) -> list[Session]:
    """A person's sessions that are not over, the last used first."""
    rows = connection.execute(
        sa.select(desk_session)
        .where(desk_session.c.person_id == person_id)
        .order_by(desk_session.c.seen_at.desc(), desk_session.c.token_hash)
    )
    return [one for one in map(_session, rows) if not _over(one, now)]


def seen(connection: Connection, token_hash: str, now: datetime) -> None:
    """It was used."""
    _change(connection, token_hash, seen_at=now)


def proved(connection: Connection, token_hash: str, now: datetime) -> None:
    """They proved again who they are."""
    _change(connection, token_hash, proved_at=now, seen_at=now)


def end(connection: Connection, token_hash: str) -> None:
    """End one."""
    connection.execute(sa.delete(desk_session).where(desk_session.c.token_hash == token_hash))


def end_all(connection: Connection, person_id: int, *, but: str = "") -> int:
    """End a person's, save one; returns how many there were."""
    ended = connection.execute(
        sa.delete(desk_session).where(
            desk_session.c.person_id == person_id, desk_session.c.token_hash != but
        )
    )
    return ended.rowcount


def lapsed(now: datetime) -> sa.ColumnElement[bool]:
    """Sessions that are good no more."""
    return sa.or_(desk_session.c.made_at <= now - LONGEST, desk_session.c.seen_at <= now - IDLE)


def forget(connection: Connection, now: datetime) -> None:
    """Drop what is over: sessions and links."""
    connection.execute(sa.delete(desk_session).where(lapsed(now)))
    connection.execute(sa.delete(welcome).where(welcome.c.expires_at <= now))


def _over(session: Session, now: datetime) -> bool:
    if session.stage is not Stage.IN:
        return session.made_at <= now - BETWEEN_STEPS
    return session.made_at <= now - LONGEST or session.seen_at <= now - IDLE


def _change(connection: Connection, token_hash: str, **values: datetime) -> None:
    connection.execute(
        sa.update(desk_session).where(desk_session.c.token_hash == token_hash).values(**values)
    )


def _session(row: sa.Row[tuple[object, ...]]) -> Session:
    return Session(**(row._asdict() | {"stage": Stage(row.stage)}))


# --- links that are good once


def add_link(connection: Connection, person_id: int, hashed: str, expires_at: datetime) -> None:
    """A link for a person, in place of those they had."""
    connection.execute(sa.delete(welcome).where(welcome.c.person_id == person_id))
    row = {"token_hash": hashed, "person_id": person_id, "expires_at": expires_at}
    connection.execute(sa.insert(welcome), row)


def drop_links(connection: Connection, person_id: int) -> None:
    """No link of theirs is good any more."""
    connection.execute(sa.delete(welcome).where(welcome.c.person_id == person_id))


def whose_link(connection: Connection, hashed: str, now: datetime) -> int | None:
    """Whom a link lets in; None: it was used, is too old, or never was."""
    return connection.scalar(
        sa.select(welcome.c.person_id).where(
            welcome.c.token_hash == hashed, welcome.c.expires_at > now
        )
    )


def take_link(connection: Connection, hashed: str, now: datetime) -> int | None:
    """The same, and use it up."""
    taken = sa.delete(welcome).where(welcome.c.token_hash == hashed, welcome.c.expires_at > now)
    return connection.execute(taken.returning(welcome.c.person_id)).scalar()
