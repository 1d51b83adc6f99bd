"""Who gets an edition: the audience when an issue is addressed, the address when it is sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row

from subscribers import address, suppression
from subscribers.errors import BadAddressError
from subscribers.frequency import due, paused
from subscribers.leaving import working_keys
from subscribers.model import Frequency, Kind, Reader, Recipient, Style, SubscriptionState
from subscribers.segment_explain import holds
from subscribers.segment_facts import facts_of
from subscribers.segment_sql import condition
from subscribers.segments import Filter
from subscribers.store import chosen, reading
from subscribers.tables import subscriber, subscription
from subscribers.tokens import Keys, manage_token

PAGE = 1000


class Exclusion(StrEnum):
    """Why someone does not get an issue."""

    SUPPRESSED = "suppressed"
    LEFT = "left"
    PENDING = "pending"
    #: in none of the segments the edition goes to
    OUTSIDE_SEGMENTS = "outside_segments"
    #: wants nothing until a day of theirs
    PAUSED = "paused"
    #: does not want issues outside the schedule
    NOT_BREAKING = "not_breaking"
    #: wants mail less often, and this issue does not answer for their day
    FREQUENCY = "frequency"
    #: erased, or never there
    UNKNOWN = "unknown"
    BAD_ADDRESS = "bad_address"
    #: no leave link would work; ``Subscribers.issue_leave_keys`` mends it
    NO_LEAVE_KEY = "no_leave_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An issue: its edition, the segments it goes to, and the ISO weekdays it answers for.

    No segments: to everyone who subscribed to the edition. One outside the schedule (``extra``)
    answers for no days: it goes to those who want such issues, however often they want others.
    """

    edition: str
    segments: tuple[Filter, ...] = ()
    days: frozenset[int]
    now: datetime
    extra: bool = False

    def subscribed(self, state: SubscriptionState) -> sa.ColumnElement[bool]:
        """SQL: this row's subscription is to the edition and in that state."""
        return sa.and_(subscription.c.edition == self.edition, subscription.c.state == state)

    def meant(self) -> sa.ColumnElement[bool]:
        """SQL: this row's subscriber is in one of the segments, if there are any."""
        return sa.or_(*map(condition, self.segments)) if self.segments else sa.true()

    def paused(self) -> sa.ColumnElement[bool]:
        """SQL: this row's subscriber wants nothing now. Never null."""
        return paused(self.now)

    def due(self) -> sa.ColumnElement[bool]:
        """SQL: this row's subscriber wants an issue on one of its days, or outside the schedule."""
        return subscriber.c.breaking.is_(sa.true()) if self.extra else due(self.days)


def readers(engine: Engine, target: Target, asked: Mapping[str, Filter]) -> Iterator[Reader]:
    """Active, meant, due and not suppressed, by subscriber id.

    Page by page in short transactions of their own, so that neither side waits for the other.
    """
    names = list(asked)
    memberships = [
        condition(asked[name]).label(f"segment_{number}") for number, name in enumerate(names)
    ]
    own = (
        subscriber.c.id,
        subscriber.c.language,
        subscriber.c.frequency,
        subscriber.c.story_limit,
        subscriber.c.style,
        subscriber.c.send_hour,
        subscriber.c.time_zone,
    )
    query = (
        sa.select(*own, *memberships)
        .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
        .where(
            target.subscribed(SubscriptionState.ACTIVE),
            target.meant(),
            target.due(),
            ~target.paused(),
            suppression.spares(target.edition),
        )
        # Of the subscription, so that one index gives both the rows and their order.
        .order_by(subscription.c.subscriber_id)
        .limit(PAGE)
    )
    after = 0
    while True:
        with reading(engine) as connection:
            rows = connection.execute(query.where(subscription.c.subscriber_id > after)).all()
            kinds = chosen(connection, [row.id for row in rows])
        for row in rows:
            yield Reader(
                subscriber=row.id,
                regions=kinds[row.id][Kind.REGION],
                topics=kinds[row.id][Kind.TOPIC],
                segments=frozenset(
                    name for name, member in zip(names, row[len(own) :], strict=True) if member
                ),
                language=row.language,
                frequency=Frequency(row.frequency),
                limit=row.story_limit,
                style=Style(row.style),
                hour=row.send_hour,
                zone=row.time_zone,
            )
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def reader(engine: Engine, who: int, asked: Mapping[str, Filter]) -> Reader | None:
    """One person as ``readers`` tells of them, whether or not they get anything."""
    with reading(engine) as connection:
        facts = facts_of(connection, who)
        row = connection.execute(sa.select(subscriber).where(subscriber.c.id == who)).one_or_none()
    if facts is None or row is None:
        return None
    return Reader(
        subscriber=who,
        regions=facts.regions,
        topics=facts.topics,
        segments=frozenset(name for name, one in asked.items() if holds(one, facts)),
        language=row.language,
        frequency=Frequency(row.frequency),
        limit=row.story_limit,
        style=Style(row.style),
        hour=row.send_hour,
        zone=row.time_zone,
    )


def excluded(engine: Engine, target: Target) -> dict[str, int]:
    """How many subscribers of the edition are not among its readers, by the first reason found.

    Who left it is no longer its subscriber, and is not counted.
    """
    reason = sa.case(
        (subscription.c.state == SubscriptionState.PENDING, Exclusion.PENDING),
        (suppression.applies(target.edition), Exclusion.SUPPRESSED),
        (~target.meant(), Exclusion.OUTSIDE_SEGMENTS),
        (target.paused(), Exclusion.PAUSED),
        else_=Exclusion.NOT_BREAKING if target.extra else Exclusion.FREQUENCY,
    ).label("reason")
    left_out = sa.or_(
        target.subscribed(SubscriptionState.PENDING),
        sa.and_(
            target.subscribed(SubscriptionState.ACTIVE),
            sa.or_(
                suppression.applies(target.edition),
                ~target.meant(),
                target.paused(),
                ~target.due(),
            ),
        ),
    )
    people = (
        sa.select(reason)
        .select_from(subscriber)
        .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
        .where(left_out)
        .subquery()
    )
    counted = sa.select(people.c.reason, sa.func.count().label("readers")).group_by(people.c.reason)
    with reading(engine) as connection:
        return {row.reason: row.readers for row in connection.execute(counted)}


def recipients(
    engine: Engine, edition: str, subscribers: Sequence[int], keys: Keys, now: datetime
) -> dict[int, Recipient | str]:
    """Address and links for each, or an ``Exclusion``. Reads only, so a claim may be open."""
    found: dict[int, Recipient | str] = dict.fromkeys(subscribers, Exclusion.UNKNOWN)
    query = (
        sa.select(
            subscriber.c.id,
            subscriber.c.email,
            subscriber.c.name,
            subscriber.c.measure_clicks,
            subscription.c.id.label("subscription"),
            subscription.c.state,
            suppression.applies(edition).label("suppressed"),
            paused(now).label("paused"),
        )
        .outerjoin(
            subscription,
            sa.and_(
                subscription.c.subscriber_id == subscriber.c.id,
                subscription.c.edition == edition,
            ),
        )
        .where(subscriber.c.id.in_(subscribers))
    )
    with reading(engine) as connection:
        rows = connection.execute(query).all()
        ties = [row.subscription for row in rows if row.subscription is not None]
        links = working_keys(connection, keys, ties)
    for row in rows:
        key = links.get(row.subscription)
        reason = _reason(row, key)
        found[row.id] = reason or Recipient(
            subscriber=row.id,
            address=row.email,
            name=row.name,
            leave_path=f"/u/{key}",
            preferences_path=f"/p/{manage_token(keys, row.id, now)}",
            measure_clicks=row.measure_clicks,
        )
    return found


def domains(engine: Engine, subscribers: Sequence[int]) -> dict[int, str]:
    """The receiving domain of each, in lower case; unknown subscribers are absent."""
    query = sa.select(subscriber.c.id, subscriber.c.email).where(subscriber.c.id.in_(subscribers))
    with reading(engine) as connection:
        return {row.id: row.email.rpartition("@")[2].lower() for row in connection.execute(query)}


def _reason(
    row: Row[tuple[int, str, str, bool, int, str, bool, bool]], key: str | None
) -> Exclusion | None:
    if row.suppressed:
        return Exclusion.SUPPRESSED
    if row.subscription is None or row.state == SubscriptionState.LEFT:
        return Exclusion.LEFT
    if row.state != SubscriptionState.ACTIVE:
        return Exclusion.PENDING
    if row.paused:
        return Exclusion.PAUSED
    try:
        address.parse(row.email)
    except BadAddressError:
        return Exclusion.BAD_ADDRESS
    return None if key else Exclusion.NO_LEAVE_KEY
