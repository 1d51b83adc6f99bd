"""Who approved which revision, made of what and by what"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply. What was approved before under rules that nobody wrote down is asked for again."""
    op.add_column(
        "issue",
        sa.Column("rules_hash", sa.String(length=64), nullable=False, server_default=""),
    )
    op.create_table(
        "approval",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("rules_hash", sa.String(length=64), nullable=False),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        _issue("approval"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_approval_issue_id"), "approval", ["issue_id"])
    op.create_table(
        "allowance",
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("finding", sa.String(length=50), nullable=False),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        _issue("allowance"),
        sa.PrimaryKeyConstraint("issue_id", "revision", "finding", name=op.f("pk_allowance")),
    )
    op.create_table(
        "review_act",
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _issue("review_act"),
        sa.PrimaryKeyConstraint("issue_id", "round", "person", "act", name=op.f("pk_review_act")),
    )


def downgrade() -> None:
    """Take back."""
    for table in ("review_act", "allowance", "approval"):
        op.drop_table(table)
    op.drop_column("issue", "rules_hash")


def _issue(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_issue_id_issue")
    return sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=name, ondelete="CASCADE")
