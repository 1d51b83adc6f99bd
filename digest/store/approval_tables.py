"""The tables of what people said yes to."""

import sqlalchemy as sa

from digest.store.tables import Id, Instant, metadata

# that somebody approved a revision of an issue; kept when it is taken back
approval = sa.Table(
    "approval",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column(
        "issue_id", Id, sa.ForeignKey("issue.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("revision", sa.Integer, nullable=False),
    # what it was made of, and by
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("rules_hash", sa.String(64), nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("withdrawn_at", Instant, nullable=True),
    sqlite_autoincrement=True,
)

# that somebody took a block of preflight on themselves, for one revision
allowance = sa.Table(
    "allowance",
    metadata,
    sa.Column("issue_id", Id, sa.ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    # which check it was
    sa.Column("finding", sa.String(50), primary_key=True),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)

# that a link of a review mail was used: each does each thing once
review_act = sa.Table(
    "review_act",
    metadata,
    sa.Column("issue_id", Id, sa.ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    # which mail: the round of reviews, and the hash of whom it went to
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("person", sa.String(32), primary_key=True),
    # approve, hold, skip or edit
    sa.Column("act", sa.String(20), primary_key=True),
    sa.Column("at", Instant, nullable=False),
)
