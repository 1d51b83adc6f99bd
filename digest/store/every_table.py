"""All tables of the line, whichever module declares them."""

from digest.store import (  # noqa: F401 - their tables join the metadata
    after_tables,
    approval_tables,
    aside_tables,
    hand_tables,
    heard_table,
    installation_tables,
    keeping_tables,
    link_tables,
    people_tables,
    rights_tables,
    route_tables,
    schedule_tables,
    watch_tables,
)
from digest.store.tables import metadata

#: what Alembic, backups and moves go by
TABLES = metadata
