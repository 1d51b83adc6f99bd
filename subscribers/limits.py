"""How much strangers may ask of us: against mail bombing, and against bots.

Addresses and places are kept as keyed hashes only. A limit of a place is told; one of an address
is not, since that would tell whether somebody had asked for it before.
"""

import hmac
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers.suppression import address_hash
from subscribers.tables import asked
from subscribers.tokens import Keys

#: how long what was asked is remembered, and how long a letter counts against the next
MEMORY = timedelta(days=30)
#: how old a form may be when it is sent
LONGEST_FILLING = timedelta(days=1)


class Asked(StrEnum):
    """What a stranger asked for."""

    SIGN_UP = "sign-up"
    LINK = "link"
    #: an address to be used instead
    ADDRESS = "address"
    #: over the limit of its address: counts for the place alone
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The numbers. 0 of ``per_place`` or ``per_minute``: no limit."""

    #: letters that strangers can cause to one address in 30 days, of each kind
    letters: int = 3
    #: the same to an address that is suppressed
    letters_to_suppressed: int = 1
    #: requests of one place in an hour
    per_place: int = 20
    #: requests of everybody in a minute
    per_minute: int = 120
    #: a form sent sooner was filled in by no person
    seconds: float = 2


def place_hash(keys: Keys, place: str) -> str:
    """What limits know a place by. Of IPv6 a network of 64 bits is one place: one household has it.

    Empty where nothing is known of the place, which then has no limit.
    """
    if not place:
        return ""
    try:
        found = ipaddress.ip_address(place)
    except ValueError:
        return address_hash(keys.pepper, f"place {place}")
    if found.version == 6:
        found = ipaddress.ip_network((found, 64), strict=False).network_address
    return address_hash(keys.pepper, f"place {found}")


def too_much(connection: Connection, limits: Limits, place: str, now: datetime) -> bool:
    """Whether this place, or all of them, asked too much of late. ``place``: its hash."""
    if limits.per_place and place:
        count = (
            sa.select(sa.func.count())
            .select_from(asked)
            .where(asked.c.from_hash == place, asked.c.at > now - timedelta(hours=1))
        )
        if connection.scalars(count).one() >= limits.per_place:
            return True
    if not limits.per_minute:
        return False
    # By the key: no index on the time is needed.
    full = sa.select(asked.c.at).order_by(asked.c.id.desc()).offset(limits.per_minute - 1).limit(1)
    before = connection.scalar(full)
    return before is not None and before > now - timedelta(minutes=1)


def letters_to(connection: Connection, hashed: str, kind: Asked, now: datetime) -> int:
    """How many letters of this kind strangers caused to an address within ``MEMORY``."""
    query = (
        sa.select(sa.func.count())
        .select_from(asked)
        .where(
            asked.c.address_hash == hashed, asked.c.kind == kind.value, asked.c.at > now - MEMORY
        )
    )
    return connection.scalars(query).one()


def remember(connection: Connection, kind: Asked, hashed: str, place: str, now: datetime) -> None:
    """Count it."""
    row = {"kind": kind.value, "address_hash": hashed, "from_hash": place, "at": now}
    connection.execute(sa.insert(asked), row)


def stamp(keys: Keys, now: datetime) -> str:
    """When a form was handed out, signed, to stand in it."""
    made = str(int(now.timestamp() * 1000))
    return f"{made}.{_signature(keys.manage[0], made)}"


def took_its_time(keys: Keys, limits: Limits, given: str, now: datetime) -> bool:
    """Whether a form with this stamp was filled in as slowly as people do."""
    made, _, signature = given.partition(".")
    if not (made.isascii() and made.isdigit() and len(made) < 16):
        return False
    told = signature.encode("utf-8", "surrogatepass")
    if not any(hmac.compare_digest(_signature(one, made).encode(), told) for one in keys.manage):
        return False
    age = now - datetime.fromtimestamp(int(made) / 1000, UTC)
    return timedelta(seconds=limits.seconds) <= age <= LONGEST_FILLING


def _signature(secret: str, made: str) -> str:
    return hmac.digest(secret.encode(), f"form {made}".encode(), "sha256").hex()[:32]
