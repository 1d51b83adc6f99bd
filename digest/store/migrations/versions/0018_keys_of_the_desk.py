"""Which keys somebody at the desk uses"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("person", sa.Column("shortcuts", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("person", "shortcuts")
