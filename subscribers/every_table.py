"""All tables of ours, for copies of the whole database."""

from collections.abc import Sequence

from sqlalchemy import Table

from subscribers.tables import metadata


def every_table() -> Sequence[Table]:
    """Those that others refer to first."""
    return metadata.sorted_tables
