"""When each process last did what, and what somebody should hear of"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "pulse",
        sa.Column("job", sa.String(length=30), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("job", "owner", name=op.f("pk_pulse")),
    )
    op.create_table(
        "alert",
        sa.Column("about", sa.String(length=190), nullable=False),
        sa.Column("time", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("edition", sa.String(length=100), nullable=True),
        sa.Column("issue_id", Id, nullable=True),
        sa.Column("source", sa.String(length=100), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("raised_at", Instant, nullable=False),
        sa.Column("resolved_at", Instant, nullable=True),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("about", "time", name=op.f("pk_alert")),
    )
    op.create_index(op.f("ix_alert_raised_at"), "alert", ["raised_at"])
    op.create_index(op.f("ix_alert_resolved_at"), "alert", ["resolved_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("alert")
    op.drop_table("pulse")
