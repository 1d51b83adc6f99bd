"""The tables of what editors decide: about one issue, and about a section for good."""

import sqlalchemy as sa

from digest.store.tables import Id, Instant, metadata

# what editors decided about an issue: a row for each of their acts, the newest is in force
hand = sa.Table(
    "hand",
    metadata,
    sa.Column("issue_id", Id, sa.ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    # the issue's, after the act
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("what", sa.String(30), nullable=False),
    # Hand as JSON, what is as usual left out
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("pool_revision", sa.Integer, nullable=False),
)

# what stood in an issue at each of its revisions, whoever made it: an editor or a refresh
shown = sa.Table(
    "shown",
    metadata,
    sa.Column("issue_id", Id, sa.ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    # [[section, story], …] in the order
    sa.Column("stories", sa.JSON, nullable=False),
)

# what editors changed about a section for every issue to come
edition_override = sa.Table(
    "edition_override",
    metadata,
    sa.Column("edition", sa.String(100), primary_key=True),
    sa.Column("slug", sa.String(100), primary_key=True),
    # its place among the edition's changed sections
    sa.Column("position", sa.Integer, nullable=False),
    # SectionChange as JSON
    sa.Column("change", sa.JSON, nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("at", Instant, nullable=False),
)
