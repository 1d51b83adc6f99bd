"""Segments as SQL: one expression over the table of subscribers, every value a bound parameter."""

import sqlalchemy as sa

from subscribers.model import Kind, SubscriptionState
from subscribers.segments import AllOf, AnyOf, Field, Filter, Has, JoinedAfter, JoinedBefore, Not
from subscribers.tables import preference, subscriber, subscription, tag


def condition(which: Filter) -> sa.ColumnElement[bool]:
    """What must hold of a row of ``subscriber`` for the filter to hold."""
    match which:
        case AllOf(parts):
            return sa.and_(*(condition(part) for part in parts))
        case AnyOf(parts):
            return sa.or_(*(condition(part) for part in parts))
        case Not(part):
            return sa.not_(condition(part))
        case Has(field, values):
            return _has(field, values)
        case JoinedBefore(at):
            return subscriber.c.joined_at < at
        case JoinedAfter(at):
            return subscriber.c.joined_at >= at


def _has(field: Field, values: tuple[str, ...]) -> sa.ColumnElement[bool]:
    match field:
        case Field.REGION | Field.TOPIC:
            kind = Kind.REGION if field is Field.REGION else Kind.TOPIC
            return sa.exists().where(
                preference.c.subscriber_id == subscriber.c.id,
                preference.c.kind == kind,
                preference.c.value.in_(values),
            )
        case Field.EDITION:
            # An alias, since the query around it may be about a subscription of its own.
            theirs = subscription.alias()
            return sa.exists().where(
                theirs.c.subscriber_id == subscriber.c.id,
                theirs.c.edition.in_(values),
                theirs.c.state == SubscriptionState.ACTIVE,
            )
        case Field.TAG:
            return sa.exists().where(tag.c.subscriber_id == subscriber.c.id, tag.c.name.in_(values))
        case Field.LANGUAGE:
            exact = subscriber.c.language.in_(values)
            variants = (
                subscriber.c.language.startswith(f"{value}-", autoescape=True) for value in values
            )
            return sa.or_(exact, *variants)
