"""All rows of some tables from one database into another, the same on every kind of database.

What a column holds is told by its type, so a copy holds what SQLAlchemy reads of the original. JSON
goes as the text that it is stored as: equal to the byte, and SQL's NULL stays apart from JSON's.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.model.backup import Summed

#: rows read, and written, at a time
PAGE = 2000
#: checksums are added up to this
WHOLE = 1 << 128
#: what is done to be told how far it is: a table's name and its rows so far
Told = Callable[[str, int], None]


def copy(
    source: Connection,
    target: Connection,
    tables: Iterable[sa.Table],
    told: Told = lambda _table, _rows: None,
) -> dict[str, Summed]:
    """Insert into ``target`` what ``source`` holds; what was read, by table. Nothing is committed.

    ``tables`` in the order of their foreign keys. The numbers of rows to come are not carried over:
    see ``numbers``.
    """
    found: dict[str, Summed] = {}
    for table in tables:
        insert = _insert(target, table)
        rows, total = 0, 0
        for page in _pages(source, table):
            total += sum(map(_hash, page))
            rows += len(page)
            target.execute(insert, [dict(row._mapping) for row in page])
            told(table.name, rows)
        found[table.name] = Summed(rows=rows, checksum=f"{total % WHOLE:032x}")
    return found


def summed(
    connection: Connection,
    tables: Iterable[sa.Table],
    told: Told = lambda _table, _rows: None,
) -> dict[str, Summed]:
    """What each table holds."""
    found: dict[str, Summed] = {}
    for table in tables:
        rows, total = 0, 0
        for page in _pages(connection, table):
            total += sum(map(_hash, page))
            rows += len(page)
            told(table.name, rows)
        found[table.name] = Summed(rows=rows, checksum=f"{total % WHOLE:032x}")
    return found


def differences(was: Mapping[str, Summed], now: Mapping[str, Summed]) -> list[str]:
    """What two sums of the same tables do not agree in, for a person; empty: nothing."""
    found = []
    for name in sorted(was.keys() | now.keys()):
        here, there = was.get(name), now.get(name)
        if here is None or there is None:
            found.append(f"{name} is in one of them only")
        elif here.rows != there.rows:
            found.append(f"{name} has {there.rows} rows in place of {here.rows}")
        elif here.checksum != there.checksum:
            found.append(f"{name} holds something else")
    return found


def numbers(connection: Connection, tables: Iterable[sa.Table]) -> dict[str, int]:
    """Table → the highest number that it ever gave, whether or not that row is still there."""
    own = [(table.name, key) for table in tables if (key := _numbered(connection, table))]
    if connection.dialect.name == "sqlite":
        names = {name for name, _ in own}
        rows = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence").all()
        return {name: seq for name, seq in rows if name in names}
    found = {}
    for name, key in own:
        sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(name, key)))
        last = connection.exec_driver_sql(
            f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"  # noqa: S608 - PostgreSQL's own name
        ).scalar_one()
        if last:
            found[name] = last
    return found


def go_on_after(
    connection: Connection, tables: Iterable[sa.Table], last: Mapping[str, int]
) -> None:
    """Have the next rows of these tables numbered above ``last``, and above what is there."""
    for table in tables:
        key = _numbered(connection, table)
        if key is None:
            continue
        highest = connection.scalar(sa.select(sa.func.max(table.c[key]))) or 0
        after = max(highest, last.get(table.name, 0))
        if not after:
            continue
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
            connection.exec_driver_sql(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, after)
            )
        else:
            sequence = sa.func.pg_get_serial_sequence(table.name, key)
            connection.execute(sa.select(sa.func.setval(sequence, after)))


def filled(connection: Connection, tables: Iterable[sa.Table]) -> list[str]:
    """Those of these tables that are there and hold rows."""
    there = set(sa.inspect(connection).get_table_names())
    return [
        table.name
        for table in tables
        if table.name in there
        and connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
    ]


def _pages(connection: Connection, table: sa.Table) -> Iterator[Sequence[Row[Any]]]:
    columns = [
        sa.cast(column, sa.Text).label(column.name) if _is_json(column) else column
        for column in table.columns
    ]
    query = sa.select(*columns).execution_options(yield_per=PAGE)
    yield from connection.execute(query).partitions()


def _insert(target: Connection, table: sa.Table) -> sa.Insert:
    insert = sa.insert(table)
    as_text = target.dialect.name == "sqlite"
    told: dict[str, Any] = {}
    for column in table.columns:
        if _is_json(column):
            text = sa.bindparam(column.name, type_=sa.Text)
            told[column.name] = sa.type_coerce(text, sa.Text) if as_text else sa.cast(text, sa.JSON)
        else:
            told[column.name] = sa.bindparam(column.name, type_=column.type)
    return insert.values(told)


def _is_json(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.JSON)


def _numbered(connection: Connection, table: sa.Table) -> str | None:
    """The column whose values the database gives out, never twice; None: there is none."""
    own = table.autoincrement_column
    if own is None or not table.dialect_options["sqlite"]["autoincrement"]:
        return None
    if connection.dialect.name == "sqlite":
        return own.name
    sequence = sa.func.pg_get_serial_sequence(table.name, own.name)
    return own.name if connection.scalar(sa.select(sequence)) else None


def _hash(row: Row[Any]) -> int:
    # Plain values alone: their repr is the same in every process.
    told = repr(tuple(row)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(told, digest_size=16).digest(), "big")
