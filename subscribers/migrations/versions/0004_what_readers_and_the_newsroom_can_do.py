"""Sign-up, hours, pauses, privacy, segments, letters, keys of the API"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "api_key",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_key_hash")),
        sa.UniqueConstraint("name", name=op.f("uq_api_key_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "asked",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("from_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_asked_address_hash_kind_at", "asked", ["address_hash", "kind", "at"], unique=False
    )
    op.create_index("ix_asked_from_hash_at", "asked", ["from_hash", "at"], unique=False)
    op.create_table(
        "counted_issue",
        sa.Column("issue", ID, autoincrement=False, nullable=False),
        sa.Column("up_to", ID, nullable=False),
        sa.PrimaryKeyConstraint("issue", name=op.f("pk_counted_issue")),
    )
    op.create_table(
        "domain_suppression",
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=50), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_domain_suppression")),
    )
    op.create_table(
        "import_run",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_import_run")),
    )
    op.create_table(
        "segment",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_segment")),
    )
    op.create_table(
        "address_change",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=320), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_address_change_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_address_change_subscriber_id", "address_change", ["subscriber_id"], unique=False
    )
    op.create_table(
        "attribute",
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_attribute_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "name", name=op.f("pk_attribute")),
    )
    op.create_index("ix_attribute_name_value", "attribute", ["name", "value"], unique=False)
    op.create_table(
        "letter_due",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.String(length=120), nullable=False),
        sa.Column("about", sa.String(length=500), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_letter_due_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_due")),
        sa.UniqueConstraint("purpose", name=op.f("uq_letter_due_purpose")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_letter_due_done_at_id", "letter_due", ["done_at", "id"], unique=False)
    op.create_index("ix_letter_due_subscriber_id", "letter_due", ["subscriber_id"], unique=False)
    op.create_table(
        "received",
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("edition", sa.String(length=100), nullable=False),
        sa.Column("issues", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_received_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "edition", name=op.f("pk_received")),
    )
    op.create_index("ix_received_edition_last_at", "received", ["edition", "last_at"], unique=False)
    op.add_column("subscriber", sa.Column("send_hour", sa.SmallInteger(), nullable=True))
    op.add_column(
        "subscriber",
        sa.Column("time_zone", sa.String(length=64), server_default=sa.text("''"), nullable=False),
    )
    op.add_column(
        "subscriber",
        sa.Column("breaking", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "subscriber", sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "subscriber",
        sa.Column("measure_opens", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "subscriber",
        sa.Column("measure_clicks", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "subscriber", sa.Column("last_active_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        op.f("ix_subscriber_last_active_at"), "subscriber", ["last_active_at"], unique=False
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_subscriber_last_active_at"), table_name="subscriber")
    op.drop_column("subscriber", "last_active_at")
    op.drop_column("subscriber", "measure_clicks")
    op.drop_column("subscriber", "measure_opens")
    op.drop_column("subscriber", "paused_until")
    op.drop_column("subscriber", "breaking")
    op.drop_column("subscriber", "time_zone")
    op.drop_column("subscriber", "send_hour")
    op.drop_index("ix_received_edition_last_at", table_name="received")
    op.drop_table("received")
    op.drop_index("ix_letter_due_subscriber_id", table_name="letter_due")
    op.drop_index("ix_letter_due_done_at_id", table_name="letter_due")
    op.drop_table("letter_due")
    op.drop_index("ix_attribute_name_value", table_name="attribute")
    op.drop_table("attribute")
    op.drop_index("ix_address_change_subscriber_id", table_name="address_change")
    op.drop_table("address_change")
    op.drop_table("segment")
    op.drop_table("import_run")
    op.drop_table("domain_suppression")
    op.drop_table("counted_issue")
    op.drop_index("ix_asked_from_hash_at", table_name="asked")
    op.drop_index("ix_asked_address_hash_kind_at", table_name="asked")
    op.drop_table("asked")
    op.drop_table("api_key")
