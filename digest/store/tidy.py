"""What a database wants done now and then: statistics for its planner, room given back."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from digest.store.engine import reading

#: pages that SQLite gives back at a time: others write in between
PAGES = 2000
#: tables whose rows come and go in crowds; autovacuum looks at the others soon enough
BUSY = ("delivery", "delivery_event", "batch", "event", "subscriber", "subscription", "story")


def tidy(engine: Engine) -> Mapping[str, int]:
    """Do it; what was done, by what it was. Keeps no writer waiting for long."""
    return _sqlite(engine) if engine.dialect.name == "sqlite" else _postgresql(engine)


def _sqlite(engine: Engine) -> Mapping[str, int]:
    """``PRAGMA optimize``, and a vacuum in small steps where the file was made for that."""
    # These cannot stand in a transaction, and the engine begins one by itself.
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA optimize")
        before = cursor.execute("PRAGMA freelist_count").fetchone()[0]
        (mode,) = cursor.execute("PRAGMA auto_vacuum").fetchone()
        left = before
        while mode == 2 and left > 0:
            cursor.execute(f"PRAGMA incremental_vacuum({PAGES})").fetchall()
            now = cursor.execute("PRAGMA freelist_count").fetchone()[0]
            if now >= left:
                break
            left = now
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    finally:
        connection.close()
    return {"optimized": 1, "pages_given_back": before - left}


def _postgresql(engine: Engine) -> Mapping[str, int]:
    """``VACUUM (ANALYZE)`` of the busy tables; it locks nobody out."""
    with reading(engine) as connection:
        there = set(sa.inspect(connection).get_table_names())
    done = [name for name in BUSY if name in there]
    free = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with free as connection:
        for name in done:
            connection.exec_driver_sql(f'VACUUM (ANALYZE, SKIP_LOCKED) "{name}"')
    return {"vacuumed": len(done)}
