"""Links whose clicks are counted"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "link",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("section", sa.String(length=100), nullable=False),
        sa.Column("story_id", Id, nullable=True),
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_link_issue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_link_issue_id"), "link", ["issue_id"])
    op.create_table(
        "link_change",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("link_id", Id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["link.id"], name=op.f("fk_link_change_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_change")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_link_change_link_id"), "link_change", ["link_id"])
    op.create_table(
        "click",
        sa.Column("link_id", Id, nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["link.id"], name=op.f("fk_click_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("link_id", "hour", "kind", name=op.f("pk_click")),
    )
    op.create_table(
        "reader_click",
        sa.Column("subscriber_id", Id, nullable=False),
        sa.Column("link_id", Id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["link.id"], name=op.f("fk_reader_click_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "link_id", name=op.f("pk_reader_click")),
    )


def downgrade() -> None:
    """Take back."""
    for table in ("reader_click", "click", "link_change", "link"):
        op.drop_table(table)
