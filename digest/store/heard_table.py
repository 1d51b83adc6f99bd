"""The table of what is heard of deliveries. Like the line's others it holds no e-mail address."""

import sqlalchemy as sa

from digest.store.tables import Id, Instant, metadata

# what is heard of deliveries after they were handed over; each event once, by its id
delivery_event = sa.Table(
    "delivery_event",
    metadata,
    sa.Column("id", sa.String(150), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("issue_id", Id, nullable=False),
    sa.Column("subscriber_id", Id, nullable=False),
    sa.Column("batch", sa.String(60), nullable=False, default=""),
    sa.Column("source", sa.String(20), nullable=False),
    sa.Column("code", sa.String(100), nullable=False, default=""),
    # as its source tells
    sa.Column("at", Instant, nullable=False),
    sa.Column("heard_at", Instant, nullable=False),
    # what follows from it is still to be done
    sa.Column("pending", sa.Boolean, nullable=False),
    sa.Index("ix_delivery_event_issue_id_kind_subscriber_id", "issue_id", "kind", "subscriber_id"),
)
# Both are partial on PostgreSQL too: the migrations say so. Said here, it would be imported at
# every start.
# few at a time, among millions
sa.Index(
    "ix_delivery_event_pending",
    delivery_event.c.heard_at,
    sqlite_where=delivery_event.c.pending,
)
# a reader's soft bounces over many issues
sa.Index(
    "ix_delivery_event_soft",
    delivery_event.c.subscriber_id,
    sqlite_where=delivery_event.c.kind == "soft_bounce",
)
