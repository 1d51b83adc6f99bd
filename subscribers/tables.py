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
