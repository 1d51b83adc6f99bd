"""Transactions, and what several parts of ``subscribers`` read of a person."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from subscribers.model import SATURDAY, Frequency, Kind, Member, Style, SubscriptionState, Wish
from subscribers.tables import preference, subscriber, subscription

#: what somebody wants who never said
UNSAID = Wish(frequency=Frequency.EVERY, weekly_on=SATURDAY, limit=0, style=Style.FULL)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads.

    ``read_only`` is for an engine that begins SQLite's transactions as writers: marked so, this
    one waits for no writer, not even for one that its own caller holds open.
    """
    with engine.connect().execution_options(read_only=True) as connection, connection.begin():
        yield connection


def insert_new(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; where one's key is there already, leave that as it is."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        # One statement, a column a parameter: a statement for each row costs several times that.
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        connection.execute(_insert_columns(table, tuple(columns)), columns)
    else:
        connection.execute(sqlite.insert(table).on_conflict_do_nothing(), rows)


@lru_cache(32)
def _insert_columns(table: sa.Table, names: tuple[str, ...]) -> sa.Executable:
    """``INSERT … SELECT unnest(…), …``: the values of each column as one array."""
    unnested = [
        sa.func.unnest(sa.bindparam(name, type_=postgresql.ARRAY(table.c[name].type)))
        for name in names
    ]
    found = postgresql.insert(table).from_select(
        names, sa.select(*unnested), include_defaults=False
    )
    return found.on_conflict_do_nothing()


def chosen(
    connection: Connection, subscribers: Sequence[int]
) -> dict[int, dict[Kind, frozenset[str]]]:
    """The regions and topics that each of these chose."""
    found: dict[str, dict[int, set[str]]] = {kind.value: {} for kind in Kind}
    rows = connection.execute(
        sa.select(preference.c.kind, preference.c.subscriber_id, preference.c.value).where(
            preference.c.subscriber_id.in_(subscribers)
        )
    )
    for kind, who, value in rows:
        found[kind].setdefault(who, set()).add(value)
    kinds, none = tuple(Kind), frozenset[str]()
    return {
        who: {kind: frozenset(found[kind.value].get(who, none)) for kind in kinds}
        for who in subscribers
    }


def wished(wish: Wish) -> dict[str, object]:
    """Column of ``subscriber`` → value, of what the wish says."""
    told = {
        "frequency": wish.frequency,
        "weekly_on": wish.weekly_on,
        "story_limit": wish.limit,
        "style": wish.style,
    }
    return {column: value for column, value in told.items() if value is not None}


def active_by_edition(connection: Connection) -> dict[str, int]:
    """How many active subscriptions each edition has."""
    rows = connection.execute(
        sa.select(subscription.c.edition, sa.func.count().label("subscriptions"))
        .where(subscription.c.state == SubscriptionState.ACTIVE)
        .group_by(subscription.c.edition)
        .order_by(subscription.c.edition)
    )
    return {row.edition: row.subscriptions for row in rows}


def members(engine: Engine, who: sa.ColumnElement[bool], page: int = 1000) -> Iterator[Member]:
    """The subscribers for whom ``who`` holds, by id, in pages."""
    after = 0
    while True:
        query = (
            sa.select(
                subscriber.c.id,
                subscriber.c.email,
                subscriber.c.name,
                subscriber.c.language,
                subscriber.c.joined_at,
            )
            .where(subscriber.c.id > after, who)
            .order_by(subscriber.c.id)
            .limit(page)
        )
        with reading(engine) as connection:
            rows = connection.execute(query).all()
        for row in rows:
            yield Member(
                subscriber=row.id,
                address=row.email,
                name=row.name,
                language=row.language,
                joined_at=row.joined_at,
            )
        if len(rows) < page:
            return
        after = rows[-1].id
