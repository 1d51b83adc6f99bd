"""Taking back that editions were left, for 30 days: by a token that can do nothing else.

One kind names a person and editions; it comes from their preference page. The other, from a leave
link, names only the hash of that link's key, so that it tells a known key from an unknown one to
nobody.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from subscribers.engagement import seen
from subscribers.errors import BadTokenError
from subscribers.model import SubscriptionState
from subscribers.preferences import UNDO_FOR, join, left_last
from subscribers.tables import leave_key, subscription
from subscribers.tokens import Keys, Scope, leave_key_hash, read_token, token

SOURCE = "undo"
#: the words of templates/web/leave_undo.html
WORDING = "undo-1"
THIS, ALL = "this", "all"
#: the page after leaving may be loaded anew for so long, and still undoes the first press
RELOAD = timedelta(minutes=10)


class Undo:
    """Second thoughts. Safe to share between threads."""

    def __init__(self, engine: Engine, keys: Keys) -> None:
        self._engine = engine
        self._keys = keys

    def path(self, who: int, editions: Iterable[str], now: datetime) -> str:
        """``/undo/<token>`` for editions that a person left."""
        return f"/undo/{token(self._keys, Scope.UNDO, [who, *sorted(editions)], now)}"

    def path_after(self, key: str, now: datetime, *, everything: bool) -> str:
        """``/undo/<token>`` for what the leave link with this key leaves now, known or not.

        Not for what was left before: whoever holds a forwarded mail must bring nobody back.
        """
        scope = ALL if everything else THIS
        about: list[int | str] = [leave_key_hash(key), scope, int(now.timestamp())]
        return f"/undo/{token(self._keys, Scope.UNDO, about, now)}"

    def check(self, given: str, now: datetime) -> None:
        """Raises BadTokenError for one that undoes nothing, whoever it is about."""
        read_token(self._keys, Scope.UNDO, given, now)

    def take_back(self, given: str, now: datetime) -> None:
        """Have the person get again what the token is about. Raises BadTokenError.

        Suppression stays as it is. Nothing happens where there is nothing (any more) to undo.
        """
        about = read_token(self._keys, Scope.UNDO, given, now)
        with self._engine.begin() as connection:
            who, editions = self._meant(connection, about, now)
            if who is None or not editions:
                return
            join(connection, who, editions, self._keys, now, source=SOURCE, wording=WORDING)
            seen(connection, [who], now)

    def _meant(
        self, connection: Connection, about: list[object], now: datetime
    ) -> tuple[int | None, frozenset[str]]:
        match about:
            case [int(who), *editions]:
                return who, _left(connection, who, now, subscription.c.edition.in_(editions))
            case [str(hashed), str(scope), int(pressed)]:
                tie = connection.execute(
                    sa.select(subscription.c.id, subscription.c.subscriber_id)
                    .join(leave_key, leave_key.c.subscription_id == subscription.c.id)
                    .where(leave_key.c.hash == hashed)
                ).one_or_none()
                if tie is None:
                    return None, frozenset()
                since = datetime.fromtimestamp(pressed, UTC) - RELOAD
                if scope == ALL:
                    at, last = left_last(connection, tie.subscriber_id, now)
                    return tie.subscriber_id, last if at and at >= since else frozenset()
                one = sa.and_(subscription.c.id == tie.id, subscription.c.left_at >= since)
                return tie.subscriber_id, _left(connection, tie.subscriber_id, now, one)
        raise BadTokenError


def _left(
    connection: Connection, who: int, now: datetime, which: sa.ColumnElement[bool]
) -> frozenset[str]:
    """Of the person's subscriptions for which ``which`` holds, the editions left lately."""
    query = sa.select(subscription.c.edition).where(
        subscription.c.subscriber_id == who,
        which,
        subscription.c.state == SubscriptionState.LEFT,
        subscription.c.left_at > now - UNDO_FOR,
    )
    return frozenset(connection.scalars(query))
