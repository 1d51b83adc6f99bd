"""How often, how much and in what style a person wants their mail"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Column by column, not in a batch: on SQLite that may copy the table and drop the old one, and
# with it every row that refers to it.


def upgrade() -> None:
    """Apply."""
    for name, kind, default in (
        ("frequency", sa.String(length=10), "every"),
        ("weekly_on", sa.SmallInteger(), "6"),
        ("story_limit", sa.SmallInteger(), "0"),
        ("style", sa.String(length=10), "full"),
    ):
        op.add_column("subscriber", sa.Column(name, kind, nullable=False, server_default=default))


def downgrade() -> None:
    """Take back."""
    for name in ("style", "story_limit", "weekly_on", "frequency"):
        op.drop_column("subscriber", name)
