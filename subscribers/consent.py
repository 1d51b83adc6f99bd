"""The proof of what a person agreed to and took back (GDPR Art. 7(1)). Only ever appended to."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import feed
from subscribers.model import ConsentAction
from subscribers.store import insert_new
from subscribers.tables import consent_event

#: what followers are told; what was only asked for is nobody's news
TOLD = {
    ConsentAction.CONFIRMED: feed.Happening.CONFIRMED,
    ConsentAction.GIVEN: feed.Happening.SUBSCRIBED,
    ConsentAction.IMPORTED: feed.Happening.SUBSCRIBED,
    ConsentAction.WITHDRAWN: feed.Happening.LEFT,
    ConsentAction.EXPIRED: feed.Happening.LEFT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEvent:
    """One thing that happened to a person's consent."""

    subscriber_id: int
    purpose: str
    action: ConsentAction
    at: datetime
    #: where it happened: a form, a page, a list that was brought along
    source: str
    #: which words the person said yes to
    wording: str
    #: who did it: ``reader``, ``mail client``, or the person or program of the newsroom
    actor: str


def newsletter(edition: str = "") -> str:
    """The purpose of getting an edition by mail, or newsletters as such."""
    return f"newsletter:{edition}" if edition else "newsletter"


def record(connection: Connection, events: Sequence[ConsentEvent]) -> None:
    """Append events, and tell followers."""
    names = [field.name for field in fields(ConsentEvent)]
    rows = [{name: getattr(event, name) for name in names} for event in events]
    insert_new(connection, consent_event, rows)
    feed.record(
        connection,
        [
            feed.Event(
                subscriber=event.subscriber_id,
                kind=TOLD[event.action],
                at=event.at,
                edition=event.purpose.partition(":")[2],
            )
            for event in events
            if event.action in TOLD and event.purpose.startswith(newsletter())
        ],
    )


def history(connection: Connection, subscriber: int) -> tuple[ConsentEvent, ...]:
    """All of a person's events, oldest first."""
    rows = connection.execute(
        sa.select(consent_event)
        .where(consent_event.c.subscriber_id == subscriber)
        .order_by(consent_event.c.id)
    )
    return tuple(
        ConsentEvent(
            subscriber_id=row.subscriber_id,
            purpose=row.purpose,
            action=ConsentAction(row.action),
            at=row.at,
            source=row.source,
            wording=row.wording,
            actor=row.actor,
        )
        for row in rows
    )
