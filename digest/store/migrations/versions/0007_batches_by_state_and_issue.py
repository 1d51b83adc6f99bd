"""The next batch to claim is the first of an index's range; room for outcomes on PostgreSQL"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("batch") as batch_op:
        batch_op.drop_index("ix_batch_state_lease_until")
        batch_op.create_index("ix_batch_state", ["state", "issue_id", "number"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE delivery SET (fillfactor = 45)")


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("batch") as batch_op:
        batch_op.drop_index("ix_batch_state")
        batch_op.create_index("ix_batch_state_lease_until", ["state", "lease_until"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE delivery RESET (fillfactor)")
