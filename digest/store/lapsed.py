"""What is over and of no more use: sessions, tries to log in, invitations, review links."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.store import sessions, tries
from digest.store.approval_tables import review_act
from digest.store.people_tables import desk_session, login_try, welcome

#: no link of a review mail is good for longer than its issue may go
REVIEWED = timedelta(days=31)


def count(connection: Connection, now: datetime) -> Mapping[str, int]:
    """How many of each there are."""
    return {
        name: connection.scalar(sa.select(sa.func.count()).select_from(table).where(over)) or 0
        for name, (table, over) in _over(now).items()
    }


def forget(connection: Connection, now: datetime) -> Mapping[str, int]:
    """Delete them; how many of each there were. Few make them: the people of a newsroom."""
    return {
        name: connection.execute(sa.delete(table).where(over)).rowcount
        for name, (table, over) in _over(now).items()
    }


def _over(now: datetime) -> Mapping[str, tuple[sa.Table, sa.ColumnElement[bool]]]:
    return {
        "sessions of the desk": (desk_session, sessions.lapsed(now)),
        "tries to log in": (login_try, login_try.c.at <= now - tries.SPAN),
        "invitations": (welcome, welcome.c.expires_at <= now),
        "review links": (review_act, review_act.c.at <= now - REVIEWED),
    }
