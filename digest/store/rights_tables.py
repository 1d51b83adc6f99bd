"""Tables of what is owed to people whose data is held: erasures, and work that recurs."""

import sqlalchemy as sa

from digest.store.tables import Id, Instant, metadata

# who is to be erased, by an id that is never given again; written first, so that none is forgotten
erasure = sa.Table(
    "erasure",
    metadata,
    sa.Column("subscriber_id", Id, primary_key=True, autoincrement=False),
    sa.Column("asked_at", Instant, nullable=False),
    # null: still to be finished
    sa.Column("done_at", Instant, nullable=True),
)

# when what recurs was begun last, whichever process did it
chore = sa.Table(
    "chore",
    metadata,
    sa.Column("chore", sa.String(30), primary_key=True),
    sa.Column("begun_at", Instant, nullable=False),
)
