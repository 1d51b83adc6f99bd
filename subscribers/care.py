"""What the newsroom does for one person who asked it to: by letter, by telephone, at the desk."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from subscribers import suppression
from subscribers.errors import UnknownError
from subscribers.joining import again
from subscribers.leaving import leave
from subscribers.letters import LINK_EVERY, LetterKind, write_to
from subscribers.tables import subscriber, subscription

#: the reason of a promise that is made because the person wrote so
ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Care:
    """Over the same people as ``Subscribers``. Safe to share between threads."""

    engine: Engine

    def leave(
        self, who: int, edition: str, *, how: str, actor: str, now: datetime
    ) -> frozenset[str]:
        """Have a person leave an edition; empty: all of them. Returns what they left.

        ``how``: how they asked, for the proof of consent. Raises UnknownError.
        """
        which = subscription.c.subscriber_id == who
        if edition:
            which = sa.and_(which, subscription.c.edition == edition)
        with self.engine.begin() as connection:
            _hashed(connection, who)
            return leave(connection, which, now=now, source=how, actor=actor)

    def never(self, who: int, *, how: str, actor: str, now: datetime) -> frozenset[str]:
        """Have them leave everything, and promise never to mail them again. Raises UnknownError."""
        which = subscription.c.subscriber_id == who
        with self.engine.begin() as connection:
            hashed = _hashed(connection, who)
            everywhere = suppression.EVERYWHERE
            suppression.suppress(connection, hashed, reason=ASKED, scope=everywhere, now=now)
            return leave(connection, which, now=now, source=how, actor=actor)

    def write_again(self, who: int, now: datetime) -> LetterKind:
        """Have fresh links written to a person; their confirmation, where they never confirmed.

        Once in ten minutes. What may not be sent to them is not. Raises UnknownError.
        """
        with self.engine.begin() as connection:
            _hashed(connection, who)
            kind, about = again(connection, who)
            purpose = f"again:{kind}:{who}:{int(now.timestamp()) // LINK_EVERY}"
            write_to(connection, who, kind, purpose=purpose, now=now, about=about)
        return kind


def _hashed(connection: Connection, who: int) -> str:
    hashed: str | None = connection.scalar(
        sa.select(subscriber.c.address_hash).where(subscriber.c.id == who)
    )
    if hashed is None:
        raise UnknownError(f"there is no subscriber {who}")
    return hashed
