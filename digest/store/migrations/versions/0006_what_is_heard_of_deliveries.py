"""What is heard of deliveries: bounces, complaints and the like"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "delivery_event",
        sa.Column("id", sa.String(length=150), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("subscriber_id", Id, nullable=False),
        sa.Column("batch", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_event")),
    )
    op.create_index(
        "ix_delivery_event_issue_id_kind_subscriber_id",
        "delivery_event",
        ["issue_id", "kind", "subscriber_id"],
    )
    soft = "kind = 'soft_bounce'"
    # In the words of each database's queries, or they would not see that the index fits.
    for name, column, on_sqlite, on_postgresql in (
        ("ix_delivery_event_pending", "heard_at", "pending = 1", "pending"),
        ("ix_delivery_event_soft", "subscriber_id", soft, soft),
    ):
        op.create_index(
            name,
            "delivery_event",
            [column],
            sqlite_where=sa.text(on_sqlite),
            postgresql_where=sa.text(on_postgresql),
        )


def downgrade() -> None:
    """Take back."""
    op.drop_table("delivery_event")
