"""Alembic's entry: runs on the connection that ``migrate`` hands over."""

from alembic import context

import digest.store.route_tables  # noqa: F401 - declares tables of the same metadata
from digest.store import (  # noqa: F401 - their tables join the metadata
    after_tables,
    approval_tables,
    aside_tables,
    hand_tables,
    heard_table,
    installation_tables,
    link_tables,
    people_tables,
    rights_tables,
    schedule_tables,
    watch_tables,
)
from digest.store.migrations import VERSION_TABLE, ours
from digest.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    include_name=lambda name, kind, _parents: ours(name, kind, metadata),
    # SQLite alters a table by copying it.
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
