"""Where leave keys are kept (by their hash only) and used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import consent, departures
from subscribers.departures import Departure
from subscribers.model import ConsentAction, SubscriptionState
from subscribers.store import insert_new
from subscribers.tables import leave_key, subscription
from subscribers.tokens import Keys
from subscribers.tokens import leave_key as make_key
from subscribers.tokens import leave_key_hash as hash_of


def store_leave_keys(connection: Connection, keys: Keys, subscriptions: Sequence[int]) -> None:
    """Keep the hash of the newest secret's key for each of these subscriptions."""
    secret = keys.leave[0]
    rows = [
        {"hash": hash_of(make_key(secret, one)), "subscription_id": one, "key_id": secret.id}
        for one in subscriptions
    ]
    insert_new(connection, leave_key, rows)


def without_leave_key(connection: Connection, keys: Keys, limit: int) -> list[int]:
    """Subscriptions that have no key of the newest secret yet: after a rotation, all of them."""
    has_one = sa.exists().where(
        leave_key.c.subscription_id == subscription.c.id,
        leave_key.c.key_id == keys.leave[0].id,
    )
    query = sa.select(subscription.c.id).where(~has_one).order_by(subscription.c.id).limit(limit)
    return list(connection.scalars(query))


def working_keys(
    connection: Connection, keys: Keys, subscriptions: Sequence[int]
) -> dict[int, str]:
    """The leave key to mail to each subscription: the newest one that the database would know.

    A subscription without any is absent; it must not be mailed, since its link would not work.
    """
    rows = connection.execute(
        sa.select(leave_key.c.subscription_id, leave_key.c.hash).where(
            leave_key.c.subscription_id.in_(subscriptions)
        )
    )
    kept = {(row.subscription_id, row.hash) for row in rows}
    found: dict[int, str] = {}
    for one in subscriptions:
        for secret in keys.leave:
            key = make_key(secret, one)
            if (one, hash_of(key)) in kept:
                found[one] = key
                break
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """Somebody, or their mail program, followed a leave link."""

    key: str
    #: every edition, not only that of the mail
    everything: bool
    actor: str


def leave_by_keys(connection: Connection, clicks: Sequence[Click], now: datetime) -> list[bool]:
    """Leave as the links say; whether any mail ever carried each. Few statements for many."""
    rows = connection.execute(
        sa.select(leave_key.c.hash, subscription.c.id, subscription.c.subscriber_id)
        .join(subscription, leave_key.c.subscription_id == subscription.c.id)
        .where(leave_key.c.hash.in_([hash_of(one.key) for one in clicks]))
    )
    found = {row.hash: row for row in rows}
    alike: dict[tuple[bool, str], list[str]] = {}
    for one in clicks:
        if hash_of(one.key) in found:
            alike.setdefault((one.everything, one.actor), []).append(hash_of(one.key))
    for (everything, actor), hashes in alike.items():
        people = [found[one].subscriber_id for one in hashes]
        ties = [found[one].id for one in hashes]
        of_all, of_one = subscription.c.subscriber_id.in_(people), subscription.c.id.in_(ties)
        which = of_all if everything else of_one
        leave(connection, which, now=now, source="leave link", actor=actor)
    return [hash_of(one.key) in found for one in clicks]


def leave(
    connection: Connection,
    which: sa.ColumnElement[bool],
    *,
    now: datetime,
    source: str,
    actor: str,
    action: ConsentAction = ConsentAction.WITHDRAWN,
) -> frozenset[str]:
    """Leave the subscriptions for which ``which`` holds; those left before stay as they were.

    Returns the editions left now.
    """
    left = connection.execute(
        sa.update(subscription)
        .where(which, subscription.c.state != SubscriptionState.LEFT)
        .values(state=SubscriptionState.LEFT, left_at=now)
        .returning(subscription.c.subscriber_id, subscription.c.edition)
    ).all()
    departures.note(
        connection,
        *(
            {
                "what": Departure.LEFT,
                "subscriber": row.subscriber_id,
                "edition": row.edition,
                "at": now.isoformat(),
            }
            for row in left
        ),
    )
    consent.record(
        connection,
        [
            consent.ConsentEvent(
                subscriber_id=row.subscriber_id,
                purpose=consent.newsletter(row.edition),
                action=action,
                at=now,
                source=source,
                wording="",
                actor=actor,
            )
            for row in left
        ],
    )
    return frozenset(row.edition for row in left)
