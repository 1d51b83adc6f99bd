"""The tables of ``subscribers``: the only ones in the product that hold e-mail addresses.

No table elsewhere refers to these and none here to tables elsewhere: a subscriber's id is all
that crosses the border.
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
    }
)


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC; a naive one is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database. SQLite knows no zones: what it keeps is UTC by this rule."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("a naive time was given to the database")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database: aware again."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


#: SQLite numbers rows only in INTEGER columns; elsewhere ids are 64 bits wide
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Slug = sa.String(100)


def _subscriber_id(*, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(
        "subscriber_id",
        Id,
        sa.ForeignKey("subscriber.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


subscriber = sa.Table(
    "subscriber",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("email", sa.String(254), nullable=False),
    # one person, one row, however they write their address (address.py)
    sa.Column("email_key", sa.String(320), nullable=False, unique=True),
    # the keyed hash under which suppression knows this address
    sa.Column("address_hash", sa.String(64), nullable=False, index=True),
    sa.Column("name", sa.String(200), nullable=False),
    # empty where they never said one
    sa.Column("language", sa.String(35), nullable=False),
    # what they want of an edition (model.Frequency, model.Style); the defaults: who never said
    sa.Column("frequency", sa.String(10), nullable=False, server_default="every"),
    # ISO weekday; means something to weekly readers only, and is kept for the others
    sa.Column("weekly_on", sa.SmallInteger, nullable=False, server_default="6"),
    # 0: all
    sa.Column("story_limit", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("style", sa.String(10), nullable=False, server_default="full"),
    # the hour of their day at which they want it, 0 to 23; null: when the edition goes
    sa.Column("send_hour", sa.SmallInteger, nullable=True),
    # IANA name; empty: the edition's
    sa.Column("time_zone", sa.String(64), nullable=False, server_default=sa.text("''")),
    # wants issues outside the schedule too
    sa.Column("breaking", sa.Boolean, nullable=False, server_default=sa.false()),
    # gets nothing before this instant
    sa.Column("paused_until", UtcTime, nullable=True),
    # what may be measured of them; each its own consent
    sa.Column("measure_opens", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("measure_clicks", sa.Boolean, nullable=False, server_default=sa.false()),
    # when they last did something themselves: confirmed, chose, clicked (where measured)
    sa.Column("last_active_at", UtcTime, nullable=True, index=True),
    # when the person said yes, which may be before we knew them
    sa.Column("joined_at", UtcTime, nullable=False, index=True),
    sa.Column("created_at", UtcTime, nullable=False),
    # set when the person chose for themselves; imports then no longer change what they chose
    sa.Column("chosen_at", UtcTime, nullable=True),
    # AUTOINCREMENT: the id of an erased person is never given to another
    sqlite_autoincrement=True,
)

subscription = sa.Table(
    "subscription",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    _subscriber_id(),
    sa.Column("edition", Slug, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("joined_at", UtcTime, nullable=False),
    sa.Column("left_at", UtcTime, nullable=True),
    sa.UniqueConstraint("subscriber_id", "edition"),
    # an edition's readers in order of subscriber, from the index alone
    sa.Index("ix_subscription_edition_state_subscriber_id", "edition", "state", "subscriber_id"),
    sqlite_autoincrement=True,
)

preference = sa.Table(
    "preference",
    metadata,
    _subscriber_id(primary_key=True),
    # a region or a topic (model.Kind)
    sa.Column("kind", sa.String(10), primary_key=True),
    sa.Column("value", Slug, primary_key=True),
    sa.Index("ix_preference_kind_value", "kind", "value"),
)

tag = sa.Table(
    "tag",
    metadata,
    _subscriber_id(primary_key=True),
    sa.Column("name", sa.String(50), primary_key=True, index=True),
)

# append-only: the proof of what a person agreed to and took back
consent_event = sa.Table(
    "consent_event",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    _subscriber_id(),
    # ``newsletter:<edition>``, or ``newsletter`` where no edition was named
    sa.Column("purpose", sa.String(120), nullable=False),
    sa.Column("action", sa.String(10), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("source", sa.String(200), nullable=False),
    sa.Column("wording", sa.String(200), nullable=False),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Index("ix_consent_event_subscriber_id", "subscriber_id"),
    sqlite_autoincrement=True,
)

# the words that ``consent_event.wording`` names, in full
wording = sa.Table(
    "wording",
    metadata,
    # their language, and a part of their hash
    sa.Column("version", sa.String(40), primary_key=True),
    sa.Column("language", sa.String(35), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("first_used_at", UtcTime, nullable=False),
)

# the promise never to mail; outlives the person's row, so it has no key to it
suppression = sa.Table(
    "suppression",
    metadata,
    sa.Column("address_hash", sa.String(64), primary_key=True),
    # an edition, or empty for all mail
    sa.Column("scope", Slug, primary_key=True),
    sa.Column("reason", sa.String(50), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    # who told what led to it; empty where a person decided
    sa.Column("source", sa.String(200), nullable=False, server_default=sa.text("''")),
)

# which subscription a leave key belongs to; the key itself is nowhere stored
leave_key = sa.Table(
    "leave_key",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column(
        "subscription_id", Id, sa.ForeignKey("subscription.id", ondelete="CASCADE"), nullable=False
    ),
    # the id of the secret that made it
    sa.Column("key_id", sa.String(20), nullable=False),
    sa.Index("ix_leave_key_subscription_id_key_id", "subscription_id", "key_id"),
)

# what a newsroom knows of a person beyond our columns
attribute = sa.Table(
    "attribute",
    metadata,
    _subscriber_id(primary_key=True),
    sa.Column("name", sa.String(50), primary_key=True),
    sa.Column("value", sa.String(200), nullable=False),
    sa.Index("ix_attribute_name_value", "name", "value"),
)

# how many issues of an edition a person was sent
received = sa.Table(
    "received",
    metadata,
    _subscriber_id(primary_key=True),
    sa.Column("edition", Slug, primary_key=True),
    sa.Column("issues", sa.Integer, nullable=False),
    sa.Column("last_at", UtcTime, nullable=False),
    sa.Index("ix_received_edition_last_at", "edition", "last_at"),
)

# how far an issue's deliveries stand in ``received``: each is counted once
counted_issue = sa.Table(
    "counted_issue",
    metadata,
    sa.Column("issue", Id, primary_key=True, autoincrement=False),
    # the highest subscriber counted
    sa.Column("up_to", Id, nullable=False),
)

# segments saved at run time, beside those of config.toml
segment = sa.Table(
    "segment",
    metadata,
    sa.Column("name", Slug, primary_key=True),
    # the filter as in config.toml, in JSON
    sa.Column("filter", sa.Text, nullable=False),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("saved_at", UtcTime, nullable=False),
)

# letters to be sent: confirmations, fresh links, welcomes; the address stays in ``subscriber``
letter_due = sa.Table(
    "letter_due",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    _subscriber_id(),
    sa.Column("kind", sa.String(20), nullable=False),
    # said once for each cause: a second row with it is refused
    sa.Column("purpose", sa.String(120), nullable=False, unique=True),
    # what it is about: editions, or the id of an address change
    sa.Column("about", sa.String(500), nullable=False),
    sa.Column("language", sa.String(35), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    # it waits until then; null: it may go at once
    sa.Column("not_before", UtcTime, nullable=True),
    # null while it waits to be handed over
    sa.Column("done_at", UtcTime, nullable=True),
    sa.Column("outcome", sa.String(200), nullable=False, server_default=sa.text("''")),
    sa.Index("ix_letter_due_done_at_id", "done_at", "id"),
    sa.Index("ix_letter_due_subscriber_id", "subscriber_id"),
    sqlite_autoincrement=True,
)

# an address that a person wants instead of theirs, until they confirm it from there; then the one
# they had before
address_change = sa.Table(
    "address_change",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    _subscriber_id(),
    sa.Column("email", sa.String(254), nullable=False),
    sa.Column("email_key", sa.String(320), nullable=False),
    sa.Column("address_hash", sa.String(64), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("done_at", UtcTime, nullable=True),
    sa.Index("ix_address_change_subscriber_id", "subscriber_id"),
    sqlite_autoincrement=True,
)

# what strangers asked of us, for limits: addresses and places as keyed hashes only
asked = sa.Table(
    "asked",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    # sign-up, fresh link
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("address_hash", sa.String(64), nullable=False),
    sa.Column("from_hash", sa.String(64), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Index("ix_asked_address_hash_kind_at", "address_hash", "kind", "at"),
    sa.Index("ix_asked_from_hash_at", "from_hash", "at"),
    sqlite_autoincrement=True,
)

# receiving domains that get no mail at all
domain_suppression = sa.Table(
    "domain_suppression",
    metadata,
    sa.Column("domain", sa.String(255), primary_key=True),
    sa.Column("reason", sa.String(50), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)

# how far an import has come, so that one broken off goes on where it stopped
import_run = sa.Table(
    "import_run",
    metadata,
    # of the file's content and the way it was asked for
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("lines", sa.BigInteger, nullable=False),
    # what it came to so far, in JSON
    sa.Column("report", sa.Text, nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("finished_at", UtcTime, nullable=True),
)

# who may use the API; the key itself is nowhere stored
api_key = sa.Table(
    "api_key",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("name", sa.String(100), nullable=False, unique=True),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    # space-separated
    sa.Column("scopes", sa.String(200), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("revoked_at", UtcTime, nullable=True),
    sqlite_autoincrement=True,
)

# what happened to people, for programs that follow along (feed.py): ids only, so it outlives them
event = sa.Table(
    "event",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    # the transaction that wrote it, on PostgreSQL; elsewhere ids are committed in order
    sa.Column("xid", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    sa.Column("subscriber_id", Id, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    # empty where it is about the person, not an edition
    sa.Column("edition", Slug, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Index("ix_event_xid_id", "xid", "id"),
    sqlite_autoincrement=True,
)
