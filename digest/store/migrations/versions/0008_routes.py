"""Several transports: which one a batch goes by, what is known of each, what is held back there"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("batch") as batch_op:
        batch_op.add_column(sa.Column("route", sa.String(length=80), nullable=True))
    op.create_table(
        "route",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("tokens", sa.Float(), server_default="0", nullable=False),
        sa.Column("filled_at", sa.Float(), server_default="0", nullable=False),
        sa.Column("closed_until", sa.Float(), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_route")),
    )
    op.create_table(
        "warm_up",
        sa.Column("route", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("route", "day", "domain", name=op.f("pk_warm_up")),
    )
    op.create_table(
        "held_mail",
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("route", sa.String(length=80), nullable=False),
        sa.Column("schedule", sa.String(length=200), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("issue_id", "route", name=op.f("pk_held_mail")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("held_mail")
    op.drop_table("warm_up")
    op.drop_table("route")
    with op.batch_alter_table("batch") as batch_op:
        batch_op.drop_column("route")
