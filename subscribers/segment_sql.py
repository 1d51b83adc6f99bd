"""Segments as SQL: one expression over the table of subscribers, every value a bound parameter.

No condition is ever NULL, so that ``not`` is the opposite on every row.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from subscribers import suppression
from subscribers.model import ConsentAction, Kind, SubscriptionState
from subscribers.segments import (
    DATE,
    NUMBER,
    After,
    AllOf,
    AnyOf,
    Attribute,
    AttributeDate,
    AttributeIs,
    AttributeNumber,
    Before,
    Field,
    Filter,
    Flag,
    Has,
    Is,
    Moment,
    Not,
    Number,
    Numbered,
    Paused,
    Received,
    Timed,
    instant,
)
from subscribers.tables import (
    attribute,
    consent_event,
    preference,
    received,
    subscriber,
    subscription,
    tag,
)

#: what is a yes among the events of a person's consent
YES = (ConsentAction.GIVEN, ConsentAction.IMPORTED, ConsentAction.CONFIRMED)
STATES = {
    Field.EDITION: SubscriptionState.ACTIVE,
    Field.LEFT: SubscriptionState.LEFT,
    Field.PENDING: SubscriptionState.PENDING,
}
KINDS = {Field.REGION: Kind.REGION, Field.TOPIC: Kind.TOPIC}
COLUMNS = {
    Field.FREQUENCY: subscriber.c.frequency,
    Field.STYLE: subscriber.c.style,
    Field.ZONE: subscriber.c.time_zone,
}
NUMBERS = {
    Number.LIMIT: subscriber.c.story_limit,
    Number.WEEKLY_ON: subscriber.c.weekly_on,
    Number.HOUR: subscriber.c.send_hour,
}
#: what is asked of another table: 1 by an index that holds all, more where rows are looked up
COSTS: Mapping[Field | Flag | Moment, int] = {
    Field.REGION: 1,
    Field.TOPIC: 1,
    Field.TAG: 1,
    Flag.TAGGED: 1,
    Field.EDITION: 3,
    Field.LEFT: 3,
    Field.PENDING: 3,
    Flag.SUPPRESSED: 3,
    Moment.LAST_RECEIVED: 4,
    Flag.MAILABLE: 6,
    Field.CONSENT_SOURCE: 6,
    Moment.CONSENT: 6,
}

Condition = sa.ColumnElement[bool]


def condition(which: Filter) -> Condition:
    """What must hold of a row of ``subscriber`` for the settled filter to hold."""
    match which:
        case AllOf(parts):
            return sa.and_(*map(condition, sorted(parts, key=_cost)))
        case AnyOf(parts):
            return _any(parts)
        case Not(part):
            return sa.not_(condition(part))
        case Has(field, values):
            return _has(field, values)
        case Numbered(number, numbers):
            return _there(NUMBERS[number], NUMBERS[number].in_(numbers))
        case Is(flag):
            return _flag(flag)
        case Paused() | Before() | After() | Received():
            return _timed(which)
        case AttributeIs() | AttributeDate() | AttributeNumber():
            return sa.exists().where(
                attribute.c.subscriber_id == subscriber.c.id,
                attribute.c.name == which.name,
                *_value(which),
            )


def _any(parts: Sequence[Filter]) -> Condition:
    """One of them holds. What is asked of the same table is asked once.

    PostgreSQL joins one question about preferences as a whole, and asks two of them row by row.
    """
    chosen = [one for one in parts if isinstance(one, Has) and one.field in KINDS]
    if len(chosen) < 2:
        return sa.or_(*map(condition, sorted(parts, key=_cost)))
    rest = sorted((one for one in parts if one not in chosen), key=_cost)
    wanted = (_chosen(KINDS[one.field], one.values) for one in chosen)
    return sa.or_(_prefers(sa.or_(*wanted)), *map(condition, rest))


def _prefers(told: Condition) -> Condition:
    return sa.exists().where(preference.c.subscriber_id == subscriber.c.id, told)


def _chosen(kind: Kind, values: tuple[str, ...]) -> Condition:
    return sa.and_(preference.c.kind == kind, preference.c.value.in_(values))


def _cost(which: Filter) -> int:
    """How long a condition takes, by rank: SQLite asks in the order of the text.

    Of a million people that have five conditions, asking the dear ones of those alone who are left
    halves the time (tests/bench/segments.py).
    """
    match which:
        case AllOf(parts) | AnyOf(parts):
            return sum(map(_cost, parts))
        case Not(part):
            return _cost(part)
        case Has(field, _):
            return COSTS.get(field, 0)
        case Is(flag):
            return COSTS.get(flag, 0)
        case Before(moment, _, _) | After(moment, _, _):
            return COSTS.get(moment, 0)
        case Received():
            return COSTS[Moment.LAST_RECEIVED]
        case AttributeIs() | AttributeDate() | AttributeNumber():
            return 2
        case _:
            return 0


def mailable(which: Filter) -> Condition:
    """What must hold for the settled filter to hold of somebody who is not suppressed."""
    return sa.and_(condition(which), suppression.spares())


def _there(column: sa.Column[Any], told: Condition) -> Condition:
    return sa.and_(column.is_not(None), told) if column.nullable else told


def _has(field: Field, values: tuple[str, ...]) -> Condition:
    match field:
        case Field.REGION | Field.TOPIC:
            return _prefers(_chosen(KINDS[field], values))
        case Field.EDITION | Field.LEFT | Field.PENDING:
            return _tied(STATES[field], values)
        case Field.TAG:
            return sa.exists().where(tag.c.subscriber_id == subscriber.c.id, tag.c.name.in_(values))
        case Field.LANGUAGE:
            exact = subscriber.c.language.in_(values)
            variants = (
                subscriber.c.language.startswith(f"{value}-", autoescape=True) for value in values
            )
            return sa.or_(exact, *variants)
        case Field.DOMAIN:
            ends = (
                subscriber.c.email_key.endswith(f"@{value}", autoescape=True) for value in values
            )
            return sa.or_(*ends)
        case Field.CONSENT_SOURCE:
            return _yes(consent_event.c.source.in_(values))
        case Field.FREQUENCY | Field.STYLE | Field.ZONE:
            return COLUMNS[field].in_(values)


def _tied(state: SubscriptionState, editions: tuple[str, ...] | None = None) -> Condition:
    # An alias, since the query around it may be about a subscription of its own.
    theirs = subscription.alias()
    which = sa.exists().where(
        theirs.c.subscriber_id == subscriber.c.id, theirs.c.state == state.value
    )
    return which if editions is None else which.where(theirs.c.edition.in_(editions))


def _flag(flag: Flag) -> Condition:
    match flag:
        case Flag.BREAKING:
            return subscriber.c.breaking.is_(sa.true())
        case Flag.OWN_HOUR:
            return subscriber.c.send_hour.is_not(None)
        case Flag.CHOSE:
            return subscriber.c.chosen_at.is_not(None)
        case Flag.TAGGED:
            return sa.exists().where(tag.c.subscriber_id == subscriber.c.id)
        case Flag.SUPPRESSED:
            return suppression.applies()
        case Flag.MAILABLE:
            return sa.and_(_tied(SubscriptionState.ACTIVE), suppression.spares())


def _timed(which: Timed) -> Condition:
    match which:
        case Paused(at):
            return _there(subscriber.c.paused_until, subscriber.c.paused_until > instant(at))
        case Before(moment, at, edition):
            return _before(moment, instant(at), edition)
        case After(moment, at, edition):
            return _after(moment, instant(at), edition)
        case Received(least, edition):
            return _received(least, edition)


def _after(moment: Moment, at: datetime, edition: str) -> Condition:
    match moment:
        case Moment.JOINED:
            return subscriber.c.joined_at >= at
        case Moment.LAST_ACTIVE:
            return _there(subscriber.c.last_active_at, subscriber.c.last_active_at >= at)
        case Moment.CONSENT:
            return _yes(consent_event.c.at >= at)
        case Moment.LAST_RECEIVED:
            return _sent(edition, received.c.last_at >= at)


def _before(moment: Moment, at: datetime, edition: str) -> Condition:
    match moment:
        case Moment.JOINED:
            return subscriber.c.joined_at < at
        case Moment.LAST_ACTIVE:
            return _there(subscriber.c.last_active_at, subscriber.c.last_active_at < at)
        case Moment.CONSENT:
            return sa.and_(_yes(), ~_after(moment, at, edition))
        case Moment.LAST_RECEIVED:
            return sa.and_(_sent(edition), ~_after(moment, at, edition))


def _yes(*told: Condition) -> Condition:
    return sa.exists().where(
        consent_event.c.subscriber_id == subscriber.c.id,
        consent_event.c.action.in_([one.value for one in YES]),
        *told,
    )


def _sent(edition: str, *told: Condition) -> Condition:
    which = sa.exists().where(received.c.subscriber_id == subscriber.c.id, *told)
    return which.where(received.c.edition == edition) if edition else which


def _received(least: int, edition: str) -> Condition:
    if edition or least <= 1:
        return _sent(edition, received.c.issues >= least)
    issues = sa.select(sa.func.coalesce(sa.func.sum(received.c.issues), 0)).where(
        received.c.subscriber_id == subscriber.c.id
    )
    return issues.scalar_subquery() >= least


def _value(which: Attribute) -> list[Condition]:
    """What must hold of the attribute's value."""
    value = attribute.c.value
    match which:
        case AttributeIs(_, values):
            return [value.in_(values)] if values else []
        case AttributeDate(_, day, before):
            first, bound = sa.func.substr(value, 1, 10), day.isoformat()
            return [value.regexp_match(DATE), first < bound if before else first >= bound]
        case AttributeNumber(_, bound, least):
            # CASE: no text that is no number is ever cast.
            number = sa.case((value.regexp_match(NUMBER), sa.cast(value, sa.Float)), else_=None)
            told = number >= bound if least else number <= bound
            return [sa.func.coalesce(told, sa.false())]
