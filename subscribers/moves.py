"""A person's mail to another address of theirs: asked for by a fresh link, confirmed from there.

A row of ``address_change`` holds the new address while it waits; once done, the old one, to which
one last letter goes.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from subscribers import address, limits, suppression, tokens
from subscribers.engagement import seen
from subscribers.errors import BadTokenError
from subscribers.feedback import BOUNCE
from subscribers.letters import LetterKind, write_to
from subscribers.limits import Asked, Limits
from subscribers.store import reading
from subscribers.tables import address_change, subscriber
from subscribers.tokens import Keys, Scope


@dataclass(frozen=True, slots=True)
class Moves:
    """Changes of address. Every method but ``ask`` is for the new address' own links."""

    engine: Engine
    keys: Keys
    limits: Limits

    def person(self, token: str, now: datetime) -> tuple[int, str]:
        """Whose fresh link this is, and their masked address. Raises BadTokenError."""
        who = self.owner(token, now)
        with reading(self.engine) as connection:
            email = connection.scalar(sa.select(subscriber.c.email).where(subscriber.c.id == who))
        if email is None:
            raise BadTokenError
        return who, address.mask(email)

    def owner(self, token: str, now: datetime) -> int:
        """Whose fresh link this is. Raises BadTokenError."""
        match tokens.read_token(self.keys, Scope.FRESH, token, now):
            case [int(who)]:
                return who
        raise BadTokenError

    def ask(self, token: str, email: str, now: datetime) -> None:
        """Have the new address asked whether it is theirs.

        Does the same whether or not somebody has that address. Raises BadTokenError and
        BadAddressError.
        """
        who, _ = self.person(token, now)
        to = address.parse(email)
        hashed = suppression.address_hash(self.keys.pepper, to.key)
        with self.engine.begin() as connection:
            written = limits.letters_to(connection, hashed, Asked.ADDRESS, now)
            if written >= self.limits.letters:
                return
            limits.remember(connection, Asked.ADDRESS, hashed, "", now)
            row = {
                "subscriber_id": who,
                "email": to.email,
                "email_key": to.key,
                "address_hash": hashed,
                "created_at": now,
            }
            made = sa.insert(address_change).values(row).returning(address_change.c.id)
            change = connection.scalars(made).one()
            write_to(
                connection,
                who,
                LetterKind.NEW_ADDRESS,
                purpose=f"new-address-{change}",
                now=now,
                about=str(change),
            )

    def waiting(self, token: str, now: datetime) -> str:
        """The masked new address that the link would confirm. Raises BadTokenError."""
        with reading(self.engine) as connection:
            return address.mask(self._waiting(connection, token, now).email)

    def confirm(self, token: str, now: datetime) -> bool:
        """Move there; False where the address is somebody's already. Raises BadTokenError."""
        with self.engine.begin() as connection:
            change = self._waiting(connection, token, now)
            who = connection.execute(
                sa.select(subscriber).where(subscriber.c.id == change.subscriber_id)
            ).one()
            try:
                # A savepoint: the unique key alone decides, also between two at a time.
                with connection.begin_nested():
                    connection.execute(
                        sa.update(subscriber).where(subscriber.c.id == who.id).values(_at(change))
                    )
            except sa.exc.IntegrityError:
                return False
            connection.execute(
                sa.update(address_change)
                .where(address_change.c.id == change.id)
                .values(**_at(who), done_at=now)
            )
            if who.address_hash != change.address_hash:
                _follow(connection, who.address_hash, change)
            seen(connection, [who.id], now)
            write_to(
                connection,
                who.id,
                LetterKind.OLD_ADDRESS,
                purpose=f"old-address-{change.id}",
                now=now,
                about=str(change.id),
            )
        return True

    def _waiting(self, connection: Connection, token: str, now: datetime) -> Row[tuple[object]]:
        """The change that a link is about; only a person's newest one can be confirmed."""
        match tokens.read_token(self.keys, Scope.ADDRESS, token, now):
            case [int(who), int(change)]:
                theirs = address_change.c.subscriber_id == who
                newest = connection.execute(
                    sa.select(address_change)
                    .where(theirs)
                    .order_by(address_change.c.id.desc())
                    .limit(1)
                ).one_or_none()
                if newest is not None and newest.id == change and newest.done_at is None:
                    return newest
        raise BadTokenError


def _at(row: Row[tuple[object]]) -> dict[str, str]:
    return {
        "email": row.email,
        "email_key": row.email_key,
        "address_hash": row.address_hash,
    }


def _follow(connection: Connection, old: str, change: Row[tuple[object]]) -> None:
    """A promise to a person holds at their new address; that an old mailbox failed does not.

    What was promised to the new address before is the owner's to lift, and they asked from there.
    The old address keeps what it was promised.
    """
    scopes = {one.scope for one in suppression.of(connection, change.address_hash)}
    suppression.lift(connection, change.address_hash, scopes, change.created_at)
    kept = [
        {
            "address_hash": change.address_hash,
            "scope": one.scope,
            "reason": one.reason,
            "at": one.at,
            "source": one.source,
        }
        for one in suppression.of(connection, old)
        if one.reason != BOUNCE
    ]
    suppression.promise(connection, kept)
