"""Where leave keys are kept (by their hash only) and used."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import consent
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


def subscription_of(connection: Connection, key: str) -> tuple[int, int] | None:
    """The ids of the subscription a leave key belongs to and of its subscriber."""
    row = connection.execute(
        sa.select(subscription.c.id, subscription.c.subscriber_id)
        .join(leave_key, leave_key.c.subscription_id == subscription.c.id)
        .where(leave_key.c.hash == hash_of(key))
    ).one_or_none()
    return None if row is None else (row.id, row.subscriber_id)


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
