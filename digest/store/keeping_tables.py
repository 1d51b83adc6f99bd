"""Tables of what a database knows of its copies, and of mail as it was made."""

import sqlalchemy as sa

from digest.store.tables import Id, Instant, metadata

# why nothing may be sent from here: the database was restored without its journal, or has moved
standstill = sa.Table(
    "standstill",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    # restored or moved
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("at", Instant, nullable=False),
    # of a restored one: the moment that its backup shows
    sa.Column("taken_at", Instant, nullable=True),
    # the backup that it was restored from
    sa.Column("backup", sa.String(40), nullable=False, server_default=sa.text("''")),
    sa.Column("note", sa.Text, nullable=False),
    # null: it stands still
    sa.Column("ended_at", Instant, nullable=True),
    sa.Column("ended_by", sa.String(100), nullable=False, server_default=sa.text("''")),
    sqlite_autoincrement=True,
)

# backups that were made, newest last: what health, metrics and `digest restore` go by
backup_made = sa.Table(
    "backup_made",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("taken_at", Instant, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("seconds", sa.Integer, nullable=False),
)

# the hash of each variant as it was rendered for its readers
rendered = sa.Table(
    "rendered",
    metadata,
    sa.Column("issue_id", Id, sa.ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    # the variant's, and whether its links tell readers apart
    sa.Column("variant", sa.String(64), primary_key=True),
    sa.Column("personal", sa.Boolean, primary_key=True),
    # RenderedVariant.key: SHA-256 over subject and fragments
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("program", sa.String(30), nullable=False),
)
