"""Tables of when editions go: the schedule that holds, pauses, and the clock's last word."""

import sqlalchemy as sa

from digest.store.tables import Id, Instant, metadata

# by which schedule an edition goes, and since when: nothing earlier is owed by it
edition_schedule = sa.Table(
    "edition_schedule",
    metadata,
    sa.Column("edition", sa.String(100), primary_key=True),
    # time, zone, days and holidays, as config.toml last said
    sa.Column("told", sa.Text, nullable=False),
    sa.Column("since", Instant, nullable=False),
)

# a time in which an edition does not go out
edition_pause = sa.Table(
    "edition_pause",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("edition", sa.String(100), nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    # the first local date on which it goes out again; none: until somebody resumes it
    sa.Column("until", sa.Date, nullable=True),
    sa.Column("ended_at", Instant, nullable=True),
    sa.Column("ended_by", sa.String(100), nullable=True),
    sqlite_autoincrement=True,
)

# the latest time at which a scheduler looked at the clock; one row
clock_seen = sa.Table(
    "clock_seen",
    metadata,
    sa.Column("number", Id, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
)
