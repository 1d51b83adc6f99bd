"""The promise never to mail: kept under a keyed hash, so that it outlives the person's data.

The hash is keyed with a pepper, because a plain hash of an e-mail address is easily guessed back.
"""

import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import address, departures
from subscribers.departures import Departure
from subscribers.store import among, domain_of, insert_new
from subscribers.tables import domain_suppression, subscriber, suppression

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
    """SQL: the subscriber of this row may not be mailed, for ``edition`` or at all.

    By their address or by its domain. Where no domain is suppressed, which is asked once for a
    whole statement, no address is taken apart.
    """
    return sa.or_(_address(edition), _domain())


def spares(edition: str = EVERYWHERE) -> sa.ColumnElement[bool]:
    """SQL: the opposite of ``applies``, in a form that PostgreSQL can make a join of."""
    return sa.and_(~_address(edition), ~_domain())


def _address(edition: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        suppression.c.address_hash == subscriber.c.address_hash,
        suppression.c.scope.in_({EVERYWHERE, edition}),
    )


def _domain() -> sa.ColumnElement[bool]:
    some = sa.exists(sa.select(domain_suppression.c.domain))
    domains = sa.select(domain_suppression.c.domain)
    return sa.and_(some, domain_of(subscriber.c.email_key).in_(domains))


def suppress(
    connection: Connection, hashed: str, *, reason: str, scope: str, now: datetime
) -> None:
    """Promise it. The first reason and time stand."""
    row = {"address_hash": hashed, "scope": scope, "reason": reason, "at": now}
    promise(connection, [row])


def promise(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep rows of ``suppression``; one that is there already stays as it is."""
    insert_new(connection, suppression, rows)
    departures.note(
        connection,
        *(
            {
                "what": Departure.SUPPRESSED,
                "address": row["address_hash"],
                "scope": row["scope"],
                "reason": row["reason"],
                "at": row["at"].isoformat(),
            }
            for row in rows
        ),
    )


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


def lift(
    connection: Connection, hashed: str, scopes: Collection[str], asked_at: datetime
) -> list[str]:
    """Take back promises not to mail an address, made before its owner asked; the reasons.

    Only for what the owner did from that mailbox: no command does it. Of other scopes and of whole
    domains the promise stands.
    """
    rows = connection.execute(
        sa.delete(suppression)
        .where(
            suppression.c.address_hash == hashed,
            suppression.c.scope.in_(scopes),
            suppression.c.at <= asked_at,
        )
        .returning(suppression.c.reason, suppression.c.scope)
    ).all()
    if rows:
        taken_back = sorted(row.scope for row in rows)
        told = {"what": Departure.LIFTED, "address": hashed, "scopes": taken_back}
        departures.note(connection, {**told, "at": asked_at.isoformat()})
    return sorted({row.reason for row in rows})


def suppress_domain(connection: Connection, domain: str, *, reason: str, now: datetime) -> str:
    """Promise never to mail any address there, subdomains apart; returns its one form.

    The first reason and time stand. Raises BadAddressError.
    """
    name = address.parse(f"postmaster@{domain.strip().removeprefix('@')}").key.partition("@")[2]
    insert_new(connection, domain_suppression, [{"domain": name, "reason": reason, "at": now}])
    told = {"what": Departure.DOMAIN, "domain": name, "reason": reason, "at": now.isoformat()}
    departures.note(connection, told)
    return name


def barred_domains(connection: Connection, domains: Collection[str]) -> frozenset[str]:
    """Of these, those that get no mail."""
    query = sa.select(domain_suppression.c.domain)
    found = among(connection, domain_suppression.c.domain, domains)
    return frozenset(connection.scalars(query.where(found)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionCount:
    """How many addresses are suppressed for one reason."""

    reason: str
    #: an edition, or empty for all mail
    scope: str
    addresses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainSuppression:
    """A receiving domain that gets no mail."""

    domain: str
    reason: str
    at: datetime


def counts(connection: Connection) -> tuple[SuppressionCount, ...]:
    """How many addresses are suppressed, by reason and scope."""
    rows = connection.execute(
        sa.select(suppression.c.reason, suppression.c.scope, sa.func.count().label("addresses"))
        .group_by(suppression.c.reason, suppression.c.scope)
        .order_by(suppression.c.reason, suppression.c.scope)
    )
    return tuple(
        SuppressionCount(reason=row.reason, scope=row.scope, addresses=row.addresses)
        for row in rows
    )


def domains(connection: Connection) -> tuple[DomainSuppression, ...]:
    """The domains that get no mail, by name."""
    rows = connection.execute(sa.select(domain_suppression).order_by(domain_suppression.c.domain))
    return tuple(DomainSuppression(domain=row.domain, reason=row.reason, at=row.at) for row in rows)
