"""Copies of the database, and mail as it was made"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "standstill",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("taken_at", Instant, nullable=True),
        sa.Column("backup", sa.String(length=40), server_default=sa.text("''"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("ended_at", Instant, nullable=True),
        sa.Column("ended_by", sa.String(length=100), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standstill")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "backup_made",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("taken_at", Instant, nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_made")),
    )
    op.create_table(
        "rendered",
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("variant", sa.String(length=64), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_rendered_issue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", "variant", "personal", name=op.f("pk_rendered")),
    )


def downgrade() -> None:
    """Take back."""
    for table in ("rendered", "backup_made", "standstill"):
        op.drop_table(table)
