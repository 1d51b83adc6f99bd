"""The promise never to mail: kept under a keyed hash, so that it outlives the person's data.

The hash is keyed with a pepper, because a plain hash of an e-mail address is easily guessed back.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers.store import among, insert_new
from subscribers.tables import subscriber, suppression

#: the scope of a suppression of all mail; any other scope is an edition
EVERYWHERE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One promise: what, why and since when."""

    scope: str
    reason: str
    at: datetime
    #: who told what led to it; empty where a person decided
    source: str = ""


def address_hash(pepper: str, email_key: str) -> str:
    """What suppression knows an address by: HMAC-SHA256 of its key, in hex."""
    return hmac.digest(pepper.encode(), email_key.encode(), "sha256").hex()


def applies(edition: str = EVERYWHERE) -> sa.ColumnElement[bool]:
    """SQL: the subscriber of this row may not be mailed, for ``edition`` or at all."""
    return sa.exists().where(
        suppression.c.address_hash == subscriber.c.address_hash,
        suppression.c.scope.in_({EVERYWHERE, edition}),
    )


def suppress(
    connection: Connection, hashed: str, *, reason: str, scope: str, now: datetime
) -> None:
    """Promise it. The first reason and time stand."""
    row = {"address_hash": hashed, "scope": scope, "reason": reason, "at": now}
    insert_new(connection, suppression, [row])


def scopes(connection: Connection, hashes: Sequence[str]) -> dict[str, set[str]]:
    """Of these addresses, those suppressed, with their scopes."""
    rows = connection.execute(
        sa.select(suppression.c.address_hash, suppression.c.scope).where(
            among(connection, suppression.c.address_hash, hashes)
        )
    )
    found: dict[str, set[str]] = {}
    for hashed, scope in rows:
        found.setdefault(hashed, set()).add(scope)
    return found


def of(connection: Connection, hashed: str) -> tuple[Suppression, ...]:
    """Every promise about one address."""
    rows = connection.execute(
        sa.select(suppression)
        .where(suppression.c.address_hash == hashed)
        .order_by(suppression.c.scope)
    )
    return tuple(
        Suppression(scope=row.scope, reason=row.reason, at=row.at, source=row.source)
        for row in rows
    )
