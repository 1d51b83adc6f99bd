"""Bodies to replay, a story's state, what editors corrected, joined and split"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "body",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_body_source_at", "body", ["source", "at"])
    op.create_table(
        "correction",
        sa.Column("story_id", ID, nullable=False),
        sa.Column("about", sa.String(length=20), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["story_id"], ["story.id"], name=op.f("fk_correction_story_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("story_id", "about", name=op.f("pk_correction")),
    )
    op.create_table(
        "event_rule",
        sa.Column("first", ID, nullable=False),
        sa.Column("second", ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("first < second", name=op.f("ck_event_rule_ordered")),
        sa.ForeignKeyConstraint(
            ["first"], ["story.id"], name=op.f("fk_event_rule_first"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["second"], ["story.id"], name=op.f("fk_event_rule_second"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("first", "second", name=op.f("pk_event_rule")),
    )
    with op.batch_alter_table("story") as batch_op:
        batch_op.add_column(
            sa.Column("state", sa.String(length=20), nullable=False, server_default="live")
        )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("story") as batch_op:
        batch_op.drop_column("state")
    op.drop_table("event_rule")
    op.drop_table("correction")
    op.drop_table("body")
