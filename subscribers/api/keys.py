"""Keys of the API: what each may do. Shown once; the database keeps a hash."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from subscribers.errors import KeyNameError
from subscribers.store import insert_new, reading
from subscribers.tables import api_key

#: by which people and secret scanners know one
PREFIX = "dgk_"
NAME_LENGTH = 50


class KeyScope(StrEnum):
    """What a key may do; none includes another."""

    #: people, editions and segments
    READ = "read"
    WRITE = "write"
    #: what happened to people: ids, no address
    EVENTS = "events"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as the database knows it."""

    id: int
    name: str
    scopes: frozenset[KeyScope]
    created_at: datetime
    revoked_at: datetime | None


class ApiKeys:
    """The keys there are. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, name: str, scopes: Collection[str], now: datetime) -> str:
        """Make a key; returns it, for the only time. Raises KeyNameError."""
        if not 0 < len(name.strip()) <= NAME_LENGTH:
            raise KeyNameError(f"a key needs a name of 1 to {NAME_LENGTH} characters")
        unknown = sorted(set(scopes) - {one.value for one in KeyScope})
        if unknown or not scopes:
            raise KeyNameError(f"scopes are {', '.join(KeyScope)}; at least one is needed")
        key = PREFIX + secrets.token_urlsafe(32)
        row = {
            "name": name.strip(),
            "hash": _hash(key),
            "scopes": " ".join(sorted(set(scopes))),
            "created_at": now,
        }
        with self._engine.begin() as connection:
            insert_new(connection, api_key, [row])
            made = sa.select(api_key.c.id).where(api_key.c.hash == row["hash"])
            if connection.scalar(made) is None:
                raise KeyNameError("there is, or was, a key of this name: choose another")
        return key

    def revoke(self, name: str, now: datetime) -> None:
        """Let a key open nothing any more. Raises KeyNameError if there is none of this name."""
        with self._engine.begin() as connection:
            found = connection.scalar(sa.select(api_key.c.id).where(api_key.c.name == name))
            if found is None:
                raise KeyNameError("there is no key of this name")
            connection.execute(
                sa.update(api_key)
                .where(api_key.c.id == found, api_key.c.revoked_at.is_(None))
                .values(revoked_at=now)
            )

    def every(self) -> Sequence[ApiKey]:
        """All keys, revoked ones too, oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(api_key).order_by(api_key.c.id)).all()
        return [_key(row) for row in rows]

    def of(self, given: str) -> ApiKey | None:
        """The key that this is; None if it opens nothing."""
        query = sa.select(api_key).where(
            api_key.c.hash == _hash(given), api_key.c.revoked_at.is_(None)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _key(row)


def _hash(key: str) -> str:
    # Plain, not slow: 256 random bits cannot be guessed.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _key(row: sa.Row[tuple[object, ...]]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        scopes=frozenset(KeyScope(one) for one in row.scopes.split()),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
