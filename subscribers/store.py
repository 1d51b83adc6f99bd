"""Transactions, and what several parts of ``subscribers`` read of a person."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from subscribers.model import SATURDAY, Frequency, Kind, Member, Style, SubscriptionState, Wish
from subscribers.tables import preference, subscriber, subscription

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

#: what somebody wants who never said
UNSAID = Wish(
    frequency=Frequency.EVERY,
    weekly_on=SATURDAY,
    limit=0,
    style=Style.FULL,
    zone="",
    breaking=False,
)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads.

    ``read_only`` is for an engine that begins SQLite's transactions as writers: marked so, this
    one waits for no writer, not even for one that its own caller holds open.
    """
    with engine.connect().execution_options(read_only=True) as connection, connection.begin():
        yield connection


def among(
    connection: Connection, column: sa.Column[Any], values: Collection[int] | Collection[str]
) -> sa.ColumnElement[bool]:
    """SQL: the column has one of these values, told as one parameter however many they are.

    ``IN`` with a thousand parameters costs several times as much to prepare as to run.
    """
    if connection.dialect.name == "postgresql":
        listed = sa.bindparam(None, list(values), type_=sa.ARRAY(column.type))
        return column == sa.func.any(listed)
    each = sa.func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(sa.select(each.c.value))


class domain_of(GenericFunction[str]):  # noqa: N801 - used as SQL's functions are
    """SQL: what stands after the @ of an address's key, which has but one."""

    type = sa.String()
    inherit_cache = True


@compiles(domain_of, "sqlite")
def _domain_sqlite(element: domain_of, compiler: Any, **options: Any) -> str:
    key = compiler.process(element.clauses, **options)
    return f"substr({key}, instr({key}, '@') + 1)"


@compiles(domain_of, "postgresql")
def _domain_postgresql(element: domain_of, compiler: Any, **options: Any) -> str:
    return f"split_part({compiler.process(element.clauses, **options)}, '@', 2)"


def inserting(connection: Connection, table: sa.Table) -> "postgresql.Insert | sqlite.Insert":
    """The database's own INSERT, which knows ON CONFLICT."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


def insert_new(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; where one's key is there already, leave that as it is."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        # One statement, one parameter: a statement for each row costs several times that, and
        # psycopg writes arrays item by item.
        told = json.dumps(rows, default=datetime.isoformat)
        connection.execute(_insert_json(table, tuple(rows[0])), {"rows": told})
    else:
        statement, convert = _insert_rows(table, tuple(rows[0]))
        connection.exec_driver_sql(statement, convert(rows))


@lru_cache(32)
def _insert_rows(
    table: sa.Table, names: tuple[str, ...]
) -> tuple[str, Callable[[Sequence[Mapping[str, Any]]], list[tuple[Any, ...]]]]:
    """The statement, and what makes the driver's rows of ours, column by column.

    SQLAlchemy would do so value by value, which takes half as long again as SQLite itself.
    """
    from sqlalchemy.dialects import sqlite

    dialect: sa.Dialect = sqlite.dialect()
    marks = ", ".join("?" for _ in names)
    statement = (
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - our names
        " ON CONFLICT DO NOTHING"
    )
    processors = [table.c[name].type.bind_processor(dialect) for name in names]

    def convert(rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        columns = []
        for name, processor in zip(names, processors, strict=True):
            values = [row[name] for row in rows]
            if processor is not None:
                # Of times many are the same.
                made = {value: processor(value) for value in set(values)}
                values = [made[value] for value in values]
            columns.append(values)
        return list(zip(*columns, strict=True))

    return statement, convert


def _json_type(kind: sa.types.TypeEngine[Any]) -> str:
    """How PostgreSQL is to read a value of a JSON object."""
    from sqlalchemy.dialects import postgresql  # takes long to import, and few need it

    dialect: sa.Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    # A length would cut what is too long; the table refuses it.
    return "text" if isinstance(kind, sa.String) else str(kind.compile(dialect))


@lru_cache(32)
def _insert_json(table: sa.Table, names: tuple[str, ...]) -> sa.TextClause:
    """``INSERT … SELECT … FROM json_to_recordset``: the rows as one JSON array of objects."""
    listed = ", ".join(names)
    types = ", ".join(f"{name} {_json_type(table.c[name].type)}" for name in names)
    return sa.text(
        f"INSERT INTO {table.name} ({listed}) SELECT {listed}"  # noqa: S608 - our own names
        f" FROM json_to_recordset(CAST(:rows AS json)) AS told ({types}) ON CONFLICT DO NOTHING"
    )


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
        "send_hour": wish.hour,
        "time_zone": wish.zone,
        "breaking": wish.breaking,
        "paused_until": wish.paused_until,
    }
    return {column: value for column, value in told.items() if value is not None}


def wished_at_first(wish: Wish) -> dict[str, object]:
    """The same of somebody new: every column, also where nothing was ever said."""
    return {"send_hour": None, "paused_until": None, **wished(UNSAID), **wished(wish)}


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
    """The subscribers for whom ``who`` holds, by id, as they were at one moment; ``page`` a read.

    One question, its answer streamed: asked page by page, PostgreSQL looks at everybody each time.
    """
    query = (
        sa.select(
            subscriber.c.id,
            subscriber.c.email,
            subscriber.c.name,
            subscriber.c.language,
            subscriber.c.joined_at,
        )
        .where(who)
        .order_by(subscriber.c.id)
        .execution_options(yield_per=page)
    )
    with reading(engine) as connection:
        for row in connection.execute(query):
            yield Member(
                subscriber=row.id,
                address=row.email,
                name=row.name,
                language=row.language,
                joined_at=row.joined_at,
            )
