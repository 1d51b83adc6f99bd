"""Letters in the ledger: each purpose once."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.errors import WrongStateError
from digest.model import DeliveryState, Outcome, SubscriberId
from digest.store.tables import letter


def claim(
    connection: Connection,
    purpose: str,
    kind: str,
    now: datetime,
    *,
    again_before: datetime | None = None,
    reader: SubscriberId | None = None,
) -> bool:
    """Claim the letter for sending; returns whether for the first time.

    ``reader``: whose address on file it goes to. One deferred at or before ``again_before`` may be
    claimed again. Raises WrongStateError when its purpose was served before, or is being served by
    somebody else.
    """
    values = {"kind": kind, "state": DeliveryState.CLAIMED.value, "claimed_at": now}
    # A savepoint: should somebody else be first, their row stands.
    with suppress(sa.exc.IntegrityError), connection.begin_nested():
        connection.execute(
            sa.insert(letter).values(purpose=purpose, subscriber_id=reader, **values)
        )
        return True
    this = letter.c.purpose == purpose
    if again_before is not None:
        deferred = sa.update(letter).where(this, _open(again_before)).values(values)
        if connection.execute(deferred).rowcount:
            return False
    taken = connection.scalars(sa.select(letter.c.state).where(this)).one()
    raise WrongStateError(f"the letter is {taken} already", letter=purpose)


def served(connection: Connection, kind: str, again_before: datetime) -> set[str]:
    """The purposes of this kind that want no attempt now."""
    query = sa.select(letter.c.purpose).where(letter.c.kind == kind, ~_open(again_before))
    return set(connection.scalars(query))


def standing(
    connection: Connection, purposes: Sequence[str]
) -> dict[str, tuple[DeliveryState, datetime]]:
    """How letters stand, and since when; absent: never claimed."""
    rows = connection.execute(sa.select(letter).where(letter.c.purpose.in_(purposes)))
    return {row.purpose: (DeliveryState(row.state), row.at or row.claimed_at) for row in rows}


def reader(connection: Connection, purpose: str) -> SubscriberId | None:
    """Whose address on file a letter went to; None where it was another, or is not known."""
    return connection.scalar(sa.select(letter.c.subscriber_id).where(letter.c.purpose == purpose))


def _open(before: datetime) -> sa.ColumnElement[bool]:
    """Whether the provider did not take it then, and may be asked again."""
    deferred = letter.c.state == DeliveryState.DEFERRED.value
    return sa.and_(deferred, letter.c.at.is_not(None), letter.c.at <= before)


def settle(connection: Connection, purpose: str, outcome: Outcome, now: datetime) -> None:
    """Write down what became of a letter."""
    connection.execute(
        sa.update(letter)
        .where(letter.c.purpose == purpose)
        .values(state=outcome.state.value, code=outcome.code[:200], at=now)
    )
