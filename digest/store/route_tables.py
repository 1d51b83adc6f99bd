"""The tables of routes: what is known of each provider's account, and what went by it.

Receiving domains stand here as sums only: no row tells of one reader.
"""

import sqlalchemy as sa

from digest.store.tables import Id, Instant, metadata

# a provider's account, shared by all workers
route = sa.Table(
    "route",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    # the token bucket; below zero: reserved ahead. Times in unix seconds of the database's clock
    sa.Column("tokens", sa.Float, nullable=False, default=0, server_default="0"),
    sa.Column("filled_at", sa.Float, nullable=False, default=0, server_default="0"),
    # the provider asked for quiet until then
    sa.Column("closed_until", sa.Float, nullable=True),
    # since when it cannot be used, and why
    sa.Column("failing_since", Instant, nullable=True),
    sa.Column("failed_at", Instant, nullable=True),
    sa.Column("note", sa.Text, nullable=False, default="", server_default=""),
)

# messages given to a route that warms up, by day and receiving domain ("": all of them)
warm_up = sa.Table(
    "warm_up",
    metadata,
    sa.Column("route", sa.String(80), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("domain", sa.String(255), primary_key=True),
    sa.Column("messages", sa.Integer, nullable=False),
)

# mail of an issue that a provider holds back until its time
held_mail = sa.Table(
    "held_mail",
    metadata,
    sa.Column("issue_id", Id, primary_key=True),
    # as in batch; "": the only transport there is
    sa.Column("route", sa.String(80), primary_key=True),
    # the provider's id for all of it
    sa.Column("schedule", sa.String(200), nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("cancelled_at", Instant, nullable=True),
)
