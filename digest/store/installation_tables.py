"""The table of whom this database belongs to."""

import sqlalchemy as sa

from digest.store.tables import Id, Instant, metadata

# whose this database is: the row with the highest number counts, those before it are its past
installation = sa.Table(
    "installation",
    metadata,
    sa.Column("number", Id, primary_key=True, autoincrement=False),
    # a random UUID, new with each adoption
    sa.Column("id", sa.String(36), nullable=False),
    # the database server and database that it was adopted on; empty: a file
    sa.Column("place", sa.String(100), nullable=False),
    # what config.toml called it
    sa.Column("instance", sa.String(80), nullable=False),
    # one higher with each frozen audience, and each hour: a copy from before has a lower one
    sa.Column("mark", Id, nullable=False),
    sa.Column("marked_at", Instant, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("why", sa.Text, nullable=False, default=""),
)
