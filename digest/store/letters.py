"""Letters in the ledger: each purpose once."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.errors import WrongStateError
from digest.model import DeliveryState, Outcome
from digest.store.tables import letter


def claim(connection: Connection, purpose: str, kind: str, now: datetime) -> None:
    """Claim the letter for sending. Raises WrongStateError when its purpose was served before."""
    taken = connection.execute(
        sa.select(letter.c.state).where(letter.c.purpose == purpose)
    ).scalar_one_or_none()
    if taken is not None:
        raise WrongStateError(f"the letter is {taken} already", letter=purpose)
    connection.execute(
        sa.insert(letter).values(
            purpose=purpose, kind=kind, state=DeliveryState.CLAIMED.value, claimed_at=now
        )
    )


def settle(connection: Connection, purpose: str, outcome: Outcome, now: datetime) -> None:
    """Write down what became of a letter."""
    connection.execute(
        sa.update(letter)
        .where(letter.c.purpose == purpose)
        .values(state=outcome.state.value, code=outcome.code[:200], at=now)
    )
