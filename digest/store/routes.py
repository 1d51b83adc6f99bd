"""What all workers share of a route: its token bucket, and whether its provider can be used.

The bucket reckons in the database's clock, so that machines whose clocks differ share one pace.
Tokens are reserved: taken at once and below zero, and whoever takes them waits until the bucket
would hold them. So each batch costs one statement, nobody polls, and nobody is overtaken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import BatchState, IssueId
from digest.store.engine import insert_new
from digest.store.route_tables import route
from digest.store.tables import batch


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteState:
    """How a route stands."""

    name: str
    closed_until: datetime | None
    failing_since: datetime | None
    #: when it failed last
    failed_at: datetime | None
    note: str


def take(
    connection: Connection, name: str, messages: int, per_second: float, now: float | None = None
) -> float:
    """Reserve ``messages`` of a route; returns the seconds to wait before they may go.

    At most a second's worth goes at once. ``now`` is for tests; else the database tells the time.
    """
    clock = database_clock(connection) if now is None else sa.literal(now, sa.Float)
    least, most = _extremes(connection)
    since = most(clock - route.c.filled_at, 0.0)
    full = max(per_second, 1.0)
    query = (
        sa.update(route)
        .where(route.c.name == name)
        .values(
            tokens=least(full, route.c.tokens + since * per_second) - messages,
            filled_at=most(route.c.filled_at, clock),
        )
        .returning(route.c.tokens, route.c.filled_at, route.c.closed_until)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        insert_new(connection, route, [{"name": name}])
        row = connection.execute(query).one()
    quiet = (row.closed_until or 0.0) - row.filled_at
    return float(max(-row.tokens / per_second, quiet, 0.0))


def quiet(connection: Connection, name: str) -> float:
    """For how many seconds the provider asked for quiet, where nothing else sets the pace."""
    query = sa.select(route.c.closed_until - database_clock(connection)).where(route.c.name == name)
    return max(float(connection.scalar(query) or 0.0), 0.0)


def give_back(connection: Connection, name: str, messages: int) -> None:
    """Of what was reserved, ``messages`` did not go."""
    connection.execute(
        sa.update(route).where(route.c.name == name).values(tokens=route.c.tokens + messages)
    )


def close(connection: Connection, name: str, until: datetime) -> None:
    """The provider asked for quiet until then; of several such times the latest counts."""
    at = until.timestamp()
    insert_new(connection, route, [{"name": name}])
    connection.execute(
        sa.update(route)
        .where(
            route.c.name == name,
            sa.or_(route.c.closed_until.is_(None), route.c.closed_until < at),
        )
        .values(closed_until=at)
    )


def failed(connection: Connection, name: str, now: datetime, note: str) -> None:
    """The provider cannot be used; since when, the first such word since it last could tells."""
    insert_new(connection, route, [{"name": name}])
    since = sa.func.coalesce(route.c.failing_since, now)
    connection.execute(
        sa.update(route)
        .where(route.c.name == name)
        .values(failing_since=since, failed_at=now, note=note[:500])
    )


def worked(connection: Connection, name: str) -> None:
    """The provider took mail."""
    connection.execute(
        sa.update(route)
        .where(route.c.name == name)
        .values(failing_since=None, failed_at=None, note="")
    )


def states(connection: Connection) -> Mapping[str, RouteState]:
    """Every route that was ever used."""
    return {
        row.name: RouteState(
            name=row.name,
            closed_until=None
            if row.closed_until is None
            else datetime.fromtimestamp(row.closed_until, UTC),
            failing_since=row.failing_since,
            failed_at=row.failed_at,
            note=row.note,
        )
        for row in connection.execute(sa.select(route))
    }


def adopt(connection: Connection, issue: IssueId, known: Sequence[str]) -> None:
    """Have unclaimed batches whose route is no longer in config.toml go by the first that is."""
    connection.execute(
        sa.update(batch)
        .where(
            batch.c.issue_id == issue,
            batch.c.state == BatchState.PLANNED.value,
            sa.or_(batch.c.route.is_(None), batch.c.route.not_in(known)),
        )
        .values(route=known[0])
    )


def move(connection: Connection, issue: IssueId, old: str, new: str) -> int:
    """Have an issue's unclaimed batches go another way, as soon as due; returns how many.

    What is claimed or in doubt stays where it is: it may have gone already. Deliveries in doubt
    within a planned batch are not sent by anybody.
    """
    return connection.execute(
        sa.update(batch)
        .where(
            batch.c.issue_id == issue,
            batch.c.route == old,
            batch.c.state == BatchState.PLANNED.value,
        )
        .values(route=new, not_before=batch.c.due_at)
    ).rowcount


def database_clock(connection: Connection) -> sa.ColumnElement[float]:
    """Unix seconds of the database's own clock, as the statement runs."""
    if connection.dialect.name == "postgresql":
        return sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Float)
    return (sa.func.julianday("now", type_=sa.Float) - 2440587.5) * 86400.0


def _extremes(connection: Connection) -> tuple[Any, Any]:
    """The lesser and the greater of several values in one row."""
    if connection.dialect.name == "postgresql":
        return sa.func.least, sa.func.greatest
    return sa.func.min, sa.func.max
