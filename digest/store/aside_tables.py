"""Tables of what people set aside for a while: sources that are not read, days without an issue."""

import sqlalchemy as sa

from digest.store.tables import Id, Instant, metadata

# a source that somebody wants left alone, until they take it back
source_pause = sa.Table(
    "source_pause",
    metadata,
    sa.Column("source", sa.String(100), primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
)

# a day on which an edition does not go out, whatever its weekdays
day_off = sa.Table(
    "day_off",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("edition", sa.String(100), nullable=False),
    sa.Column("local_date", sa.Date, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.UniqueConstraint("edition", "local_date"),
    sqlite_autoincrement=True,
)
