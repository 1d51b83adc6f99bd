"""What of an issue anybody may read, and letters about mistakes in it"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "archive",
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("selection", sa.JSON(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("headlines", sa.JSON(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_archive_issue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_archive")),
    )
    op.create_table(
        "erratum",
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("of_issue", Id, nullable=False),
        sa.Column("story_id", Id, nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("wrong", sa.Text(), nullable=False),
        sa.Column("right_words", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_erratum_issue_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["of_issue"], ["issue.id"], name=op.f("fk_erratum_of_issue"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_erratum")),
        sa.UniqueConstraint("of_issue", "hash", name=op.f("uq_erratum_of_issue_hash")),
    )
    op.create_index(op.f("ix_erratum_of_issue"), "erratum", ["of_issue"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("erratum")
    op.drop_table("archive")
