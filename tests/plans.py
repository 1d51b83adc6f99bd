"""How a database would find the rows that some code asks for."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


@contextmanager
def plans(engine: Engine) -> Iterator[list[str]]:
    """When the block has ended, the plan of each statement run in it, each on one line."""
    asked: list[tuple[str, Any]] = []
    found: list[str] = []

    def note(_: Any, __: Any, sql: str, values: Any, ___: Any, many: bool) -> None:
        asked.append((sql, values[0] if many else values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)
    explain = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    with engine.connect() as connection:
        for sql, values in asked:
            if sql.startswith("SET LOCAL"):
                connection.exec_driver_sql(sql)
            if re.match(r"\s*(SELECT|UPDATE|DELETE)", sql):
                rows = connection.exec_driver_sql(f"{explain} {sql}", values)
                found.append(" / ".join(str(row[-1]).strip() for row in rows))


def read_whole(found: list[str], *tables: str) -> list[str]:
    """Of these plans those that read one of ``tables`` from end to end."""
    names = "|".join(tables)
    return [one for one in found if re.search(rf"(SCAN|Seq Scan on) ({names})\b(?! USING)", one)]
