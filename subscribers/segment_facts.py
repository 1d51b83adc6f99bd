"""What a segment can ask about one person, read from the tables."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import suppression
from subscribers.model import Kind, SubscriptionState
from subscribers.segment_explain import Facts, Sent
from subscribers.segment_sql import YES
from subscribers.store import chosen
from subscribers.tables import attribute, consent_event, received, subscriber, subscription, tag


def facts_of(connection: Connection, who: int) -> Facts | None:
    """All that segments ask about one person; None if there is no such person."""
    row = connection.execute(
        sa.select(subscriber, suppression.applies().label("suppressed")).where(
            subscriber.c.id == who
        )
    ).one_or_none()
    if row is None:
        return None
    kinds = chosen(connection, [who])[who]
    tied = sa.select(subscription).where(subscription.c.subscriber_id == who)
    states = [(one.edition, one.state) for one in connection.execute(tied)]
    yes = sa.select(consent_event.c.source, consent_event.c.at).where(
        consent_event.c.subscriber_id == who,
        consent_event.c.action.in_([one.value for one in YES]),
    )
    consents = connection.execute(yes).all()
    sent = connection.execute(sa.select(received).where(received.c.subscriber_id == who))
    known = connection.execute(sa.select(attribute).where(attribute.c.subscriber_id == who))
    return Facts(
        regions=kinds[Kind.REGION],
        topics=kinds[Kind.TOPIC],
        language=row.language,
        editions=_in(states, SubscriptionState.ACTIVE),
        left=_in(states, SubscriptionState.LEFT),
        pending=_in(states, SubscriptionState.PENDING),
        tags=frozenset(connection.scalars(sa.select(tag.c.name).where(tag.c.subscriber_id == who))),
        frequency=row.frequency,
        style=row.style,
        limit=row.story_limit,
        weekly_on=row.weekly_on,
        hour=row.send_hour,
        zone=row.time_zone,
        breaking=row.breaking,
        chose=row.chosen_at is not None,
        paused_until=row.paused_until,
        suppressed=row.suppressed,
        domain=row.email_key.rpartition("@")[2],
        attributes={one.name: one.value for one in known},
        consent_sources=frozenset(one.source for one in consents),
        consented_at=max((one.at for one in consents), default=None),
        joined_at=row.joined_at,
        last_active_at=row.last_active_at,
        received={one.edition: Sent(one.issues, one.last_at) for one in sent},
    )


def _in(states: list[tuple[str, str]], state: SubscriptionState) -> frozenset[str]:
    return frozenset(edition for edition, theirs in states if theirs == state)
