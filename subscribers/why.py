"""Why a person gets mail, or does not: all that is known, for the newsroom and the person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import consent, suppression
from subscribers.address import mask
from subscribers.frequency import is_due
from subscribers.model import Frequency, Style, SubscriptionState
from subscribers.segment_explain import Explanation, Facts, explain
from subscribers.segment_facts import facts_of
from subscribers.segments import Filter
from subscribers.tables import subscriber, subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A tie to an edition, as it stands."""

    edition: str
    state: SubscriptionState
    joined_at: datetime
    left_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One person: what they get, what they chose, what they agreed to, what was promised."""

    subscriber: int
    masked_address: str
    facts: Facts
    frequency: Frequency
    weekly_on: int
    limit: int
    style: Style
    #: of their day, 0 to 23; None: when the edition goes
    hour: int | None
    #: IANA name; empty: the edition's
    zone: str
    #: whether they want issues outside the schedule
    breaking: bool
    #: until when they want nothing; None: they never paused. It may be over
    paused_until: datetime | None
    subscriptions: tuple[Subscription, ...]
    consents: tuple[consent.ConsentEvent, ...]
    suppressions: tuple[suppression.Suppression, ...]
    #: segment → whether they are in it, condition by condition
    segments: Mapping[str, Explanation] = field(default_factory=dict)

    def due(self, days: frozenset[int]) -> bool:
        """Whether they want an issue that answers for these ISO weekdays."""
        return is_due(self.frequency, self.weekly_on, days)


def why(connection: Connection, who: int, segments: Mapping[str, Filter]) -> Why | None:
    """All about one person; None if there is no such person."""
    facts = facts_of(connection, who)
    if facts is None:
        return None
    row = connection.execute(sa.select(subscriber).where(subscriber.c.id == who)).one()
    ties = connection.execute(
        sa.select(subscription)
        .where(subscription.c.subscriber_id == who)
        .order_by(subscription.c.edition)
    )
    return Why(
        subscriber=who,
        masked_address=mask(row.email),
        facts=facts,
        frequency=Frequency(row.frequency),
        weekly_on=row.weekly_on,
        limit=row.story_limit,
        style=Style(row.style),
        hour=row.send_hour,
        zone=row.time_zone,
        breaking=row.breaking,
        paused_until=row.paused_until,
        subscriptions=tuple(
            Subscription(
                edition=tie.edition,
                state=SubscriptionState(tie.state),
                joined_at=tie.joined_at,
                left_at=tie.left_at,
            )
            for tie in ties
        ),
        consents=consent.history(connection, who),
        suppressions=suppression.of(connection, row.address_hash),
        segments={name: explain(which, facts) for name, which in segments.items()},
    )
