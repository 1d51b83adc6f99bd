"""Who told what led to a suppression"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "suppression",
        sa.Column("source", sa.String(length=200), nullable=False, server_default=sa.text("''")),
    )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("suppression") as batch_op:
        batch_op.drop_column("source")
