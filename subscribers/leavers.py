"""People whom another system must not mail: never to be mailed from here either."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import leaving, suppression
from subscribers.address import Address
from subscribers.enrolment import Registrar
from subscribers.model import ConsentAction
from subscribers.tables import consent_event, subscriber, subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """Somebody who left elsewhere, or whom mail did not reach there."""

    address: Address
    reason: str
    #: None where the other system does not say
    left_at: datetime | None
    #: none: all of them
    editions: frozenset[str]


def bar(connection: Connection, leavers: Sequence[Leaver], registrar: Registrar) -> list[bool]:
    """Suppress each, and let those we know leave; one answer per leaver, in order.

    False for whoever asked here, themselves, after they had left there: their newest word counts.
    """
    keys = [one.address.key for one in leavers]
    rows = connection.execute(
        sa.select(
            subscriber.c.id,
            subscriber.c.email_key,
            sa.func.max(consent_event.c.at).label("asked_at"),
        )
        .outerjoin(
            consent_event,
            sa.and_(
                consent_event.c.subscriber_id == subscriber.c.id,
                consent_event.c.action == ConsentAction.GIVEN,
            ),
        )
        .where(subscriber.c.email_key.in_(keys))
        .group_by(subscriber.c.id, subscriber.c.email_key)
    )
    known = {row.email_key: row for row in rows}
    barred: list[bool] = []
    for one in leavers:
        person = known.get(one.address.key)
        stays = (
            person is not None
            and person.asked_at is not None
            and one.left_at is not None
            and person.asked_at > one.left_at
        )
        if not stays:
            _bar(connection, one, registrar, person.id if person else None)
        barred.append(not stays)
    return barred


def _bar(connection: Connection, one: Leaver, registrar: Registrar, who: int | None) -> None:
    hashed = suppression.address_hash(registrar.keys.pepper, one.address.key)
    for scope in one.editions or {suppression.EVERYWHERE}:
        suppression.suppress(
            connection, hashed, reason=one.reason, scope=scope, now=one.left_at or registrar.now
        )
    if who is None:
        return
    which = subscription.c.subscriber_id == who
    if one.editions:
        which = sa.and_(which, subscription.c.edition.in_(one.editions))
    leaving.leave(connection, which, now=registrar.now, source=one.reason, actor=registrar.actor)
