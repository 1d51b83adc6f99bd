"""Sources that people paused, and days on which an edition does not go out"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "source_pause",
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_pause")),
    )
    op.create_table(
        "day_off",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("edition", sa.String(length=100), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_off")),
        sa.UniqueConstraint("edition", "local_date", name=op.f("uq_day_off_edition_local_date")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("day_off")
    op.drop_table("source_pause")
