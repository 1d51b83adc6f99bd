"""Tables of how the line is: when each process last did what, and what somebody should hear of."""

import sqlalchemy as sa

from digest.store.tables import Id, Instant, metadata

# when a process last did a job; the newest of all of them tells when it was last done at all
pulse = sa.Table(
    "pulse",
    metadata,
    # tick, gather, worker or hooks
    sa.Column("job", sa.String(30), primary_key=True),
    sa.Column("owner", sa.String(100), primary_key=True),
    sa.Column("at", Instant, nullable=False),
)

# what was raised: each time once, however many schedulers find it
alert = sa.Table(
    "alert",
    metadata,
    # what it is about and of what kind, and which time that was so
    sa.Column("about", sa.String(190), primary_key=True),
    sa.Column("time", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("edition", sa.String(100), nullable=True),
    sa.Column("issue_id", Id, nullable=True),
    sa.Column("source", sa.String(100), nullable=True),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("raised_at", Instant, nullable=False, index=True),
    # it is so no longer; of what cannot be mended: as it was raised
    sa.Column("resolved_at", Instant, nullable=True, index=True),
    # how, for a person; empty: nobody need hear of it
    sa.Column("resolution", sa.Text, nullable=False, default=""),
)
