"""The tables that a database has, of whatever version: found by looking, not by declaration."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.store.tables import Instant

#: of others: Alembic's own, and what the queue makes anew
APART = ("alembic_version_", "procrastinate_", "queue_migration", "sqlite_")


def tables_in(connection: Connection) -> list[sa.Table]:
    """The tables of an SQLite file, those that others refer to first.

    Their columns have types that read the same on every kind of database.
    """
    metadata = sa.MetaData()
    metadata.reflect(connection, only=lambda name, _: not name.startswith(APART))
    numbered = set(
        connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
        ).scalars()
    )
    for table in metadata.tables.values():
        table.dialect_options["sqlite"]["autoincrement"] = table.name in numbered
        for column in table.columns:
            if isinstance(column.type, sa.DateTime):
                column.type = Instant()
    return metadata.sorted_tables
