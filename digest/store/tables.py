"""The tables of the line, in its order. No table here holds an e-mail address.

Every step's result has a unique key, so that any step can be run again without harm.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware time, kept in UTC. Refuses naive values."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive time given to the database")
        at = value.astimezone(UTC)
        # SQLite has no time zones: what is stored is UTC by this rule.
        return at.replace(tzinfo=None) if dialect.name == "sqlite" else at

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database: aware, in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: SQLite counts rows only in INTEGER columns; elsewhere ids are 64 bits wide
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

source = sa.Table(
    "source",
    metadata,
    sa.Column("name", sa.String(100), primary_key=True),
    # SourceMemory as JSON: validators, discovered root, Retry-After
    sa.Column("memory", sa.JSON, nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("note", sa.Text, nullable=False, default=""),
    sa.Column("first_gathered_at", Instant, nullable=True),
    sa.Column("last_polled_at", Instant, nullable=False),
    sa.Column("last_ok_at", Instant, nullable=True),
    sa.Column("last_new_at", Instant, nullable=True),
    sa.Column("failures", sa.Integer, nullable=False, default=0),
)

fetch = sa.Table(
    "fetch",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("source", sa.String(100), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("stories", sa.Integer, nullable=False),
    sa.Column("new", sa.Integer, nullable=False),
    sa.Column("updated", sa.Integer, nullable=False),
    # the rejected entries with their reasons: none is dropped silently
    sa.Column("rejects", sa.JSON, nullable=False),
    sa.Column("note", sa.Text, nullable=False, default=""),
    sa.Index("ix_fetch_source_at", "source", "at"),
    sqlite_autoincrement=True,
)

story = sa.Table(
    "story",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    # the source that brought it first
    sa.Column("source", sa.String(100), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("first_seen_at", Instant, nullable=False, index=True),
    # live, withdrawn, protected or embargoed
    sa.Column("state", sa.String(20), nullable=False, default="live", server_default="live"),
    sa.Column("headline", sa.Text, nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    # ParsedStory of the newest version, as JSON
    sa.Column("content", sa.JSON, nullable=False),
    # Classification as JSON, and the fingerprint of the rules that made it
    sa.Column("classification", sa.JSON, nullable=True),
    sa.Column("classified_by", sa.String(64), nullable=True),
    sqlite_autoincrement=True,
)

story_version = sa.Table(
    "story_version",
    metadata,
    sa.Column("story_id", Id, sa.ForeignKey("story.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
)

story_alias = sa.Table(
    "story_alias",
    metadata,
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column(
        "story_id", Id, sa.ForeignKey("story.id", ondelete="CASCADE"), nullable=False, index=True
    ),
)

# which sources carry a story now, and whether their editors picked it there
story_source = sa.Table(
    "story_source",
    metadata,
    sa.Column("story_id", Id, sa.ForeignKey("story.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("source", sa.String(100), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("pick", sa.String(20), nullable=True),
    sa.Column("last_seen_at", Instant, nullable=False),
)

# the last bodies of each source, to be read again when something looks wrong
body = sa.Table(
    "body",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("source", sa.String(100), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("content_type", sa.String(100), nullable=False, default=""),
    sa.Column("hash", sa.String(64), nullable=False),
    # as received, deflated
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Index("ix_body_source_at", "source", "at"),
    sqlite_autoincrement=True,
)

# what editors decided about a story's reading; stronger than any rule, kept for good
correction = sa.Table(
    "correction",
    metadata,
    sa.Column("story_id", Id, sa.ForeignKey("story.id", ondelete="CASCADE"), primary_key=True),
    # region, country or topic
    sa.Column("about", sa.String(20), primary_key=True),
    # a list; empty: none of them
    sa.Column("chosen", sa.JSON, nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", Instant, nullable=False),
)

# what editors decided about two stories: the same event (join), or not (split)
event_rule = sa.Table(
    "event_rule",
    metadata,
    sa.Column("first", Id, sa.ForeignKey("story.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("second", Id, sa.ForeignKey("story.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", Instant, nullable=False),
    # each pair once, the lower id first
    sa.CheckConstraint("first < second", name="ordered"),
)

# what an edition must not carry again: sent, or older than its rhythm at a source's first gather
seen = sa.Table(
    "seen",
    metadata,
    sa.Column("edition", sa.String(100), primary_key=True),
    sa.Column("story_id", Id, primary_key=True),
    sa.Column("issue_id", Id, nullable=True),
    sa.Column("reason", sa.String(20), nullable=False),
    sa.Column("at", Instant, nullable=False),
    # the one its readers got; a later one may be news to them
    sa.Column("version", sa.Integer, nullable=True),
)

issue = sa.Table(
    "issue",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("edition", sa.String(100), nullable=False),
    sa.Column("local_date", sa.Date, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("scheduled_at", Instant, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    # what a held issue waits for: approval, sources, preflight, person, stories or site
    sa.Column("hold", sa.String(20), nullable=True),
    # what was done about too few stories: roll_over, skip, quiet or send
    sa.Column("short", sa.String(20), nullable=True),
    sa.Column("window_from", Instant, nullable=True),
    sa.Column("window_to", Instant, nullable=True),
    sa.Column("revision", sa.Integer, nullable=False, default=0),
    # the revision in which the stored pool was made
    sa.Column("pool_revision", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("approved_revision", sa.Integer, nullable=True),
    sa.Column("content_hash", sa.String(64), nullable=False, default=""),
    # what it is made by, frozen at its lock
    sa.Column("rules_hash", sa.String(64), nullable=False, default=""),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("sent_at", Instant, nullable=True),
    # the idempotency key of the whole product: one issue per edition and local date
    sa.UniqueConstraint("edition", "local_date", "sequence"),
    sa.Index("ix_issue_state_scheduled_at", "state", "scheduled_at"),
    sqlite_autoincrement=True,
)

slot = sa.Table(
    "slot",
    metadata,
    sa.Column("issue_id", Id, sa.ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    # part of the key: no story twice in an issue
    sa.Column("story_id", Id, primary_key=True),
    sa.Column("section", sa.String(100), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("mode", sa.String(20), nullable=False),
    sa.Column("reason", sa.Text, nullable=False, default=""),
)

# the ranked candidates of an issue with the story version each stands for; frozen at lock
pool = sa.Table(
    "pool",
    metadata,
    sa.Column("issue_id", Id, sa.ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("story_id", Id, primary_key=True),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    # Candidate as JSON: the story, its classification, score and terms as they were
    sa.Column("candidate", sa.JSON, nullable=False),
)

issue_event = sa.Table(
    "issue_event",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column(
        "issue_id", Id, sa.ForeignKey("issue.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("at", Instant, nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("what", sa.String(50), nullable=False),
    sa.Column("before", sa.String(50), nullable=False),
    sa.Column("after", sa.String(50), nullable=False),
    sa.Column("note", sa.Text, nullable=False, default=""),
    sqlite_autoincrement=True,
)

# what an issue's variants are made of: its frame and every card that any reader gets
sheet = sa.Table(
    "sheet",
    metadata,
    sa.Column("issue_id", Id, sa.ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("language", sa.String(35), primary_key=True),
    # Sheet as JSON, frozen when the issue is addressed
    sa.Column("content", sa.JSON, nullable=False),
)

variant = sa.Table(
    "variant",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("issue_id", Id, sa.ForeignKey("issue.id", ondelete="CASCADE"), nullable=False),
    # hash of the selection: equal selections are one variant
    sa.Column("key", sa.String(64), nullable=False),
    # Selected as JSON, frozen when the issue is addressed
    sa.Column("selection", sa.JSON, nullable=False),
    sa.UniqueConstraint("issue_id", "key"),
    sqlite_autoincrement=True,
)

# the frozen audience in runs; claimed and settled together
batch = sa.Table(
    "batch",
    metadata,
    sa.Column("issue_id", Id, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False, default=0),
    sa.Column("owner", sa.String(100), nullable=True),
    sa.Column("lease_until", Instant, nullable=True),
    # when its readers want it; none: when the issue goes
    sa.Column("due_at", Instant, nullable=True),
    # it is not claimed before this: its readers' hour, or later where it was deferred
    sa.Column("not_before", Instant, nullable=True),
    sa.Column("done_at", Instant, nullable=True),
    sa.Column("note", sa.Text, nullable=False, default=""),
    # the route in config.toml that sends it; none: the only transport there is
    sa.Column("route", sa.String(80), nullable=True),
    # the next to claim is the first of a range, however many are done
    sa.Index("ix_batch_state", "state", "issue_id", "number"),
)

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("issue_id", Id, primary_key=True),
    # before subscriber in the key: a batch is one range of it, on SQLite too
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("subscriber_id", Id, primary_key=True),
    sa.Column("variant_id", Id, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("code", sa.String(200), nullable=False, default=""),
    sa.Column("provider_id", sa.String(200), nullable=False, default=""),
    sa.Column("at", Instant, nullable=True),
    # once per issue and subscriber, by constraint
    sa.UniqueConstraint("issue_id", "subscriber_id"),
    # On PostgreSQL with a fillfactor of 45, as the migrations say: each row is written twice, and
    # the second version finds room beside the first, so that no index need be written again.
)

# audience = deliveries + exclusions by reason
exclusion = sa.Table(
    "exclusion",
    metadata,
    sa.Column("issue_id", Id, primary_key=True),
    sa.Column("reason", sa.String(50), primary_key=True),
    sa.Column("readers", sa.Integer, nullable=False),
)

# mail that belongs to no issue: test, confirmation, review, alert
letter = sa.Table(
    "letter",
    metadata,
    sa.Column("purpose", sa.String(200), primary_key=True),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("subscriber_id", Id, nullable=True),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("code", sa.String(200), nullable=False, default=""),
    sa.Column("claimed_at", Instant, nullable=False),
    sa.Column("at", Instant, nullable=True),
)
