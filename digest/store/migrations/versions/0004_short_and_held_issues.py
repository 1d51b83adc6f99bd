"""What a held issue waits for, and what was done about too few stories"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("issue") as batch_op:
        batch_op.add_column(sa.Column("hold", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("short", sa.String(length=20), nullable=True))
    # Until now there was one way to be held and one to be skipped.
    op.execute("UPDATE issue SET hold = 'approval' WHERE state = 'held'")
    op.execute("UPDATE issue SET short = 'roll_over' WHERE state = 'skipped'")


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("issue") as batch_op:
        batch_op.drop_column("short")
        batch_op.drop_column("hold")
