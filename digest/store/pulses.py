"""When each process last did its jobs. A row a process and job, as long as it is news."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.store.engine import insert_new
from digest.store.watch_tables import pulse

#: the jobs there are
TICK, GATHER, WORKER, HOOKS = "tick", "gather", "worker", "hooks"
#: what a process that is no more did last is forgotten after so long, unless it was the last of all
KEPT = timedelta(days=1)


def note(connection: Connection, job: str, owner: str, now: datetime) -> None:
    """``owner`` did the job now."""
    mine = sa.and_(pulse.c.job == job, pulse.c.owner == owner)
    if connection.execute(sa.update(pulse).where(mine).values(at=now)).rowcount:
        return
    insert_new(connection, pulse, [{"job": job, "owner": owner, "at": now}])
    connection.execute(sa.delete(pulse).where(pulse.c.job == job, pulse.c.at < now - KEPT))


def last(connection: Connection) -> Mapping[str, datetime]:
    """When each job was last done, by whomever."""
    query = sa.select(pulse.c.job, sa.func.max(pulse.c.at)).group_by(pulse.c.job)
    return {job: at for job, at in connection.execute(query)}  # noqa: C416 - rows are no pairs


def owners(connection: Connection, job: str, since: datetime) -> int:
    """How many processes did the job since then."""
    query = sa.select(sa.func.count()).where(pulse.c.job == job, pulse.c.at >= since)
    return connection.execute(query).scalar_one()
