"""Those who work at the desk, with their roles and what they prove themselves by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.errors import NotFoundError
from digest.people.keys import kept
from digest.people.roles import Grant, Person, Role
from digest.store.people_tables import person, person_role, recovery_code, second_factor


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person, and how they log in."""

    person: Person
    password: str | None
    openid: str | None
    made_at: datetime
    disabled_at: datetime | None
    #: since when they give a second proof; None: they have none
    factor_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """What an authenticator app shares with us."""

    #: encrypted
    secret: str
    confirmed_at: datetime | None


def anybody(connection: Connection) -> bool:
    """Whether there is any account."""
    return connection.scalar(sa.select(person.c.id).limit(1)) is not None


def every(connection: Connection) -> list[Account]:
    """All accounts, by name."""
    return _accounts(connection, sa.true())


def get(connection: Connection, person_id: int) -> Account:
    """Raises NotFoundError."""
    return _one(connection, person.c.id == person_id)


def named(connection: Connection, who: str) -> Account:
    """By address or by name. Raises NotFoundError."""
    return _one(connection, sa.or_(person.c.email == folded(who), person.c.name == who.strip()))


def by_email(connection: Connection, email: str) -> Account | None:
    """By the address they log in with."""
    return next(iter(_accounts(connection, person.c.email == folded(email))), None)


def by_openid(connection: Connection, openid: str) -> Account | None:
    """By what the OpenID provider calls them."""
    return next(iter(_accounts(connection, person.c.openid == openid)), None)


def folded(email: str) -> str:
    """An address as it is kept and compared."""
    # PostgreSQL takes no NUL, which no address has.
    return email.replace("\0", "").strip().casefold()


def add(connection: Connection, name: str, email: str, now: datetime) -> int:
    """Add one; returns their id. Both are unique: sqlalchemy's IntegrityError if taken."""
    row = {"name": name, "email": folded(email), "made_at": now}
    added = connection.execute(sa.insert(person).values(row).returning(person.c.id))
    return int(added.scalar_one())


def grant(connection: Connection, person_id: int, grants: Iterable[Grant]) -> None:
    """Give them these roles in place of those they had."""
    connection.execute(sa.delete(person_role).where(person_role.c.person_id == person_id))
    rows = [
        {"person_id": person_id, "role": one.role.value, "edition": one.edition} for one in grants
    ]
    if rows:
        connection.execute(sa.insert(person_role), rows)


def change(connection: Connection, person_id: int, **values: object) -> None:
    """Set columns: ``password``, ``openid``, ``disabled_at``, ``shortcuts``."""
    connection.execute(sa.update(person).where(person.c.id == person_id).values(**values))


def keep(connection: Connection) -> None:
    """Let nobody else change accounts until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("LOCK TABLE person IN SHARE ROW EXCLUSIVE MODE"))


# --- the second proof


def factor(connection: Connection, person_id: int) -> Factor | None:
    """What their app shares with us, if they have one."""
    row = connection.execute(
        sa.select(second_factor).where(second_factor.c.person_id == person_id)
    ).first()
    return Factor(secret=row.secret, confirmed_at=row.confirmed_at) if row else None


def set_factor(connection: Connection, person_id: int, secret: str) -> None:
    """Put down a new secret; it counts once a code of it was given."""
    drop_factor(connection, person_id)
    row = {"person_id": person_id, "secret": secret, "last_step": 0}
    connection.execute(sa.insert(second_factor), row)


def drop_factor(connection: Connection, person_id: int) -> None:
    """Forget their app, and the codes for losing it."""
    for table in (second_factor, recovery_code):
        connection.execute(sa.delete(table).where(table.c.person_id == person_id))


def take_step(connection: Connection, person_id: int, step: int, now: datetime) -> bool:
    """Take the code of a time step; false where it, or a later one, was taken before."""
    taken = connection.execute(
        sa.update(second_factor)
        .where(second_factor.c.person_id == person_id, second_factor.c.last_step < step)
        .values(last_step=step, confirmed_at=sa.func.coalesce(second_factor.c.confirmed_at, now))
    )
    return taken.rowcount == 1


def set_recovery(connection: Connection, person_id: int, hashes: Sequence[str]) -> None:
    """These codes in place of those they had."""
    connection.execute(sa.delete(recovery_code).where(recovery_code.c.person_id == person_id))
    rows = [{"person_id": person_id, "code_hash": one} for one in hashes]
    connection.execute(sa.insert(recovery_code), rows)


def take_recovery(connection: Connection, person_id: int, hashed: str) -> bool:
    """Use a code up; false where there is no such code."""
    taken = connection.execute(
        sa.delete(recovery_code).where(
            recovery_code.c.person_id == person_id, recovery_code.c.code_hash == hashed
        )
    )
    return taken.rowcount == 1


def recovery_left(connection: Connection, person_id: int) -> int:
    """How many codes for a lost phone they still have."""
    count = sa.select(sa.func.count()).where(recovery_code.c.person_id == person_id)
    return connection.scalars(count).one()


# --- reading


def _one(connection: Connection, condition: sa.ColumnElement[bool]) -> Account:
    found = _accounts(connection, condition)
    if not found:
        raise NotFoundError("nobody of that name has an account at the desk")
    return found[0]


def _accounts(connection: Connection, condition: sa.ColumnElement[bool]) -> list[Account]:
    rows = connection.execute(
        sa.select(person, second_factor.c.confirmed_at)
        .join(second_factor, second_factor.c.person_id == person.c.id, isouter=True)
        .where(condition)
        .order_by(person.c.name)
    ).all()
    granted: dict[int, set[Grant]] = {row.id: set() for row in rows}
    roles = sa.select(person_role).where(person_role.c.person_id.in_(granted))
    for row in connection.execute(roles):
        granted[row.person_id].add(Grant(Role(row.role), row.edition))
    return [
        Account(
            person=Person(
                id=row.id,
                name=row.name,
                email=row.email,
                grants=frozenset(granted[row.id]),
                keys=kept(row.shortcuts),
            ),
            password=row.password,
            openid=row.openid,
            made_at=row.made_at,
            disabled_at=row.disabled_at,
            factor_since=row.confirmed_at,
        )
        for row in rows
    ]
