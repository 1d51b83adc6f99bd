"""Whose database it is, by which schedule editions go, and when they are paused"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "installation",
        sa.Column("number", Id, autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("instance", sa.String(length=80), nullable=False),
        sa.Column("mark", Id, nullable=False),
        sa.Column("marked_at", Instant, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_installation")),
    )
    op.create_table(
        "edition_schedule",
        sa.Column("edition", sa.String(length=100), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("since", Instant, nullable=False),
        sa.PrimaryKeyConstraint("edition", name=op.f("pk_edition_schedule")),
    )
    op.create_table(
        "edition_pause",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("edition", sa.String(length=100), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ended_at", Instant, nullable=True),
        sa.Column("ended_by", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition_pause")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_edition_pause_edition"), "edition_pause", ["edition"])
    op.create_table(
        "clock_seen",
        sa.Column("number", Id, autoincrement=False, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_clock_seen")),
    )


def downgrade() -> None:
    """Take back."""
    for table in ("clock_seen", "edition_pause", "edition_schedule", "installation"):
        op.drop_table(table)
