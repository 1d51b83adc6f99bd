"""What editors decide about an issue stands by itself, and every act of theirs is kept"""

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: states whose content was frozen under its hash
FROZEN = ("approved", "locked", "sending", "sent")

slot = sa.table(
    "slot",
    *map(sa.column, ("issue_id", "story_id", "section", "position", "mode", "reason")),
    sa.column("overrides", sa.JSON),
)
hand = sa.table(
    "hand",
    *map(sa.column, ("issue_id", "revision", "who", "what", "pool_revision")),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("content", sa.JSON),
)
issue = sa.table("issue", *map(sa.column, ("id", "revision", "state", "content_hash")))
pool = sa.table("pool", sa.column("issue_id"), sa.column("rank"), sa.column("candidate", sa.JSON))


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "hand",
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("pool_revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_hand_issue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", "revision", name=op.f("pk_hand")),
    )
    op.create_table(
        "shown",
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stories", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_shown_issue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", "revision", name=op.f("pk_shown")),
    )
    op.create_table(
        "edition_override",
        sa.Column("edition", sa.String(length=100), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("edition", "slug", name=op.f("pk_edition_override")),
    )
    # Column by column: a copy of the table would take all that hangs on its rows with it.
    op.add_column(
        "issue", sa.Column("pool_revision", sa.Integer(), server_default="0", nullable=False)
    )
    op.execute("UPDATE issue SET pool_revision = revision")
    for never_written in ("subject", "preheader"):
        op.drop_column("issue", never_written)
    _to_hands()
    op.drop_column("slot", "overrides")
    _hash_anew()


def downgrade() -> None:
    """Take back. The newest hands' pins and overrides are kept, what else they hold is lost."""
    op.add_column("slot", sa.Column("overrides", sa.JSON(), server_default="{}", nullable=False))
    _to_slots()
    for name in ("preheader", "subject"):
        op.add_column("issue", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.drop_column("issue", "pool_revision")
    # what was frozen is told by another hash there; an empty one is not compared
    op.execute("UPDATE issue SET content_hash = ''")
    op.drop_table("edition_override")
    op.drop_table("shown")
    op.drop_table("hand")


def _to_hands() -> None:
    """What editors placed and wrote so far becomes each issue's first hand."""
    connection = op.get_bind()
    held: dict[int, dict[str, Any]] = {}
    for row in connection.execute(sa.select(slot).order_by(slot.c.section, slot.c.position)):
        written = {name: text for name, text in row.overrides.items() if text is not None}
        mine = held.setdefault(row.issue_id, {})
        if row.mode != "auto":
            placed = {"section": row.section, "position": row.position, "story": row.story_id}
            told = {"mode": row.mode} | ({"reason": row.reason} if row.reason else {})
            mine.setdefault("placed", []).append(placed | told)
        if written:
            mine.setdefault("overrides", {})[str(row.story_id)] = written
    found = {row.id: row.revision for row in connection.execute(sa.select(issue))}
    for key, content in held.items():
        if content:
            named = {"issue_id": key, "revision": found[key], "pool_revision": found[key]}
            values = {
                "at": sa.func.current_timestamp(),
                "who": "migration",
                "what": "carry",
                "content": content,
            }
            connection.execute(sa.insert(hand).values({**named, **values}))


def _to_slots() -> None:
    connection = op.get_bind()
    # in order: the newest of an issue is written last
    for row in connection.execute(sa.select(hand).order_by(hand.c.revision)).all():
        for story, written in row.content.get("overrides", {}).items():
            mine = (slot.c.issue_id == row.issue_id, slot.c.story_id == int(story))
            connection.execute(sa.update(slot).where(*mine).values(overrides=written))


def _hash_anew() -> None:
    """What stands frozen under its hash gets the hash that is counted from now on."""
    connection = op.get_bind()
    frozen = sa.select(issue.c.id).where(issue.c.state.in_(FROZEN), issue.c.content_hash != "")
    for key in connection.scalars(frozen).all():
        stories = [
            _told(one)
            for one in connection.scalars(
                sa.select(pool.c.candidate).where(pool.c.issue_id == key).order_by(pool.c.rank)
            )
        ]
        columns = (slot.c.section, slot.c.position, slot.c.story_id, slot.c.mode)
        slots = connection.execute(sa.select(*columns).where(slot.c.issue_id == key))
        content = connection.scalar(sa.select(hand.c.content).where(hand.c.issue_id == key))
        told = [stories, sorted(list(row) for row in slots), content or {}]
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
        connection.execute(sa.update(issue).where(issue.c.id == key).values(content_hash=digest))


def _told(one: dict[str, Any]) -> list[Any]:
    """What of a candidate the hash covers."""
    stored = one["stored"]
    read = stored.get("classification", {})
    filed = [read.get("regions", []), read.get("topics", [])]
    return [stored["id"], stored["version"], one["pick"], one.get("fold"), *filed]
