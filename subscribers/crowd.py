"""What a report of an issue may ask of its readers: which crowd each is in, never who they are."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from subscribers import audience
from subscribers.model import SubscriptionState
from subscribers.segment_sql import condition
from subscribers.segments import Filter
from subscribers.store import reading
from subscribers.tables import subscriber, subscription


class Crowd:
    """Readers by number, as of now. Only reads. Safe to share between threads."""

    def __init__(self, engine: Engine, segments: Mapping[str, Filter]) -> None:
        self._engine = engine
        self._segments = segments

    @property
    def segments(self) -> Collection[str]:
        """The names of the segments there are."""
        return list(self._segments)

    def within(self, segment: str, who: Sequence[int]) -> set[int]:
        """Those of them who are in a segment. Raises KeyError for one that is not there."""
        query = sa.select(subscriber.c.id).where(
            subscriber.c.id.in_(who), condition(self._segments[segment])
        )
        with reading(self._engine) as connection:
            return set(connection.scalars(query))

    def domains(self, who: Sequence[int]) -> Mapping[int, str]:
        """The receiving domain of each, never with the address."""
        return audience.domains(self._engine, who)

    def left(self, edition: str, since: datetime, until: datetime) -> set[int]:
        """Who left an edition from ``since`` until before ``until``, and has not come back."""
        query = sa.select(subscription.c.subscriber_id).where(
            subscription.c.edition == edition,
            subscription.c.state == SubscriptionState.LEFT,
            subscription.c.left_at >= since,
            subscription.c.left_at < until,
        )
        with reading(self._engine) as connection:
            return set(connection.scalars(query))
