"""What a person sees of themselves on the preference page, and what they change there."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import consent, suppression
from subscribers.address import mask
from subscribers.changes import noticed
from subscribers.leaving import leave, store_leave_keys
from subscribers.model import (
    Choice,
    ConsentAction,
    Frequency,
    Kind,
    Preferences,
    Style,
    SubscriptionState,
)
from subscribers.store import chosen, insert_new, wished
from subscribers.tables import consent_event, preference, subscriber, subscription
from subscribers.tokens import Keys

SOURCE = "preference page"
#: which words a person says yes to there; goes up when templates/web/preferences.html changes them
WORDING = "preferences-2"
ACTOR = "reader"


def load(connection: Connection, who: int) -> Preferences | None:
    """What the page shows; None if there is no such person (any more)."""
    row = connection.execute(
        sa.select(subscriber, suppression.applies().label("suppressed")).where(
            subscriber.c.id == who
        )
    ).one_or_none()
    if row is None:
        return None
    kinds = chosen(connection, [who])[who]
    editions = sa.select(subscription.c.edition).where(
        subscription.c.subscriber_id == who, subscription.c.state == SubscriptionState.ACTIVE
    )
    source = connection.scalar(
        sa.select(consent_event.c.source)
        .where(consent_event.c.subscriber_id == who)
        .order_by(consent_event.c.id)
        .limit(1)
    )
    return Preferences(
        subscriber=who,
        masked_address=mask(row.email),
        editions=frozenset(connection.scalars(editions)),
        regions=kinds[Kind.REGION],
        topics=kinds[Kind.TOPIC],
        language=row.language,
        frequency=Frequency(row.frequency),
        weekly_on=row.weekly_on,
        limit=row.story_limit,
        style=Style(row.style),
        joined_at=row.joined_at,
        source=source or "",
        suppressed=row.suppressed,
    )


def save(
    connection: Connection,
    who: int,
    choice: Choice,
    *,
    offered: frozenset[str],
    keys: Keys,
    now: datetime,
) -> None:
    """Make it as the person chose. ``offered`` editions that they did not tick are left."""
    with noticed(connection, [who], now):
        _choose(connection, who, choice, now)
    unticked = sa.and_(
        subscription.c.subscriber_id == who,
        subscription.c.edition.in_(offered - choice.editions),
    )
    leave(connection, unticked, now=now, source=SOURCE, actor=ACTOR)
    _join(connection, who, choice.editions & offered, keys, now)


def _choose(connection: Connection, who: int, choice: Choice, now: datetime) -> None:
    language = {} if choice.language is None else {"language": choice.language}
    connection.execute(
        sa.update(subscriber)
        .where(subscriber.c.id == who)
        .values({"chosen_at": now, **language, **wished(choice)})
    )
    connection.execute(sa.delete(preference).where(preference.c.subscriber_id == who))
    rows = [
        {"subscriber_id": who, "kind": kind, "value": value}
        for kind, values in ((Kind.REGION, choice.regions), (Kind.TOPIC, choice.topics))
        for value in sorted(values)
    ]
    insert_new(connection, preference, rows)


def leave_everything(connection: Connection, who: int, now: datetime) -> None:
    """Leave every edition."""
    theirs = subscription.c.subscriber_id == who
    leave(connection, theirs, now=now, source=SOURCE, actor=ACTOR)


def _join(
    connection: Connection, who: int, editions: frozenset[str], keys: Keys, now: datetime
) -> None:
    theirs = sa.and_(subscription.c.subscriber_id == who, subscription.c.edition.in_(editions))
    states = {
        row.edition: row.state
        for row in connection.execute(
            sa.select(subscription.c.edition, subscription.c.state).where(theirs)
        )
    }
    joined = sorted(
        edition for edition in editions if states.get(edition) != SubscriptionState.ACTIVE
    )
    active = {"state": SubscriptionState.ACTIVE, "joined_at": now, "left_at": None}
    connection.execute(
        sa.update(subscription)
        .where(theirs, subscription.c.state != SubscriptionState.ACTIVE)
        .values(active)
    )
    insert_new(
        connection,
        subscription,
        [{"subscriber_id": who, "edition": edition, **active} for edition in joined],
    )
    ids = connection.scalars(sa.select(subscription.c.id).where(theirs)).all()
    store_leave_keys(connection, keys, ids)
    consent.record(
        connection,
        [
            consent.ConsentEvent(
                subscriber_id=who,
                purpose=consent.newsletter(edition),
                action=ConsentAction.GIVEN,
                at=now,
                source=SOURCE,
                wording=WORDING,
                actor=ACTOR,
            )
            for edition in joined
        ],
    )
