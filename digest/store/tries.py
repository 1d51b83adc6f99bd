"""How often somebody tried to log in of late. A try counts until it proves right."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.store.people_tables import login_try

SPAN = timedelta(minutes=15)
#: what tries are counted under, one after another
COUNTING = 0x6C6F67696E
#: of one account from one place; of one place; of one account from everywhere
OF_BOTH, OF_PLACE, OF_ACCOUNT = 5, 20, 30


@dataclass(frozen=True, slots=True)
class Try:
    """Keyed hashes of an account, known or not, and of where from."""

    account: str
    place: str


def allowed(connection: Connection, one: Try, now: datetime) -> bool:
    """Count a try, unless there were too many in the last quarter of an hour."""
    if connection.dialect.name == "postgresql":
        # Else tries at the same moment would not see each other.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(COUNTING)))
    connection.execute(sa.delete(login_try).where(login_try.c.at <= now - SPAN))
    account, place = login_try.c.account == one.account, login_try.c.place == one.place
    bounds = ((account & place, OF_BOTH), (place, OF_PLACE), (account, OF_ACCOUNT))
    for which, most in bounds:
        if connection.scalars(sa.select(sa.func.count()).where(which)).one() >= most:
            return False
    row = {"at": now, "account": one.account, "place": one.place}
    connection.execute(sa.insert(login_try), row)
    return True


def forget(connection: Connection, one: Try) -> None:
    """It was them: what they mistyped on the way counts no more."""
    connection.execute(
        sa.delete(login_try).where(
            login_try.c.account == one.account, login_try.c.place == one.place
        )
    )
