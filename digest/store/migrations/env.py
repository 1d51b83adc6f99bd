"""Alembic's entry: runs on the connection that ``migrate`` hands over."""

from alembic import context

from digest.store.every_table import TABLES
from digest.store.migrations import VERSION_TABLE, ours

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TABLES,
    version_table=VERSION_TABLE,
    include_name=lambda name, kind, _parents: ours(name, kind, TABLES),
    # SQLite alters a table by copying it.
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
