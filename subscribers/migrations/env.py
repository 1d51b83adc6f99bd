"""Alembic's entry: runs on the connection that ``migrate`` hands over."""

from alembic import context

from subscribers.migrations import VERSION_TABLE, is_ours
from subscribers.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    include_name=is_ours,
    # SQLite alters a table by copying it.
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
