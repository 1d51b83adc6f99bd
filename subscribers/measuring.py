"""What may be measured of a person: opens and clicks, each its own consent, both off."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import consent
from subscribers.model import Choice, ConsentAction
from subscribers.tables import subscriber

OPENS = "open_tracking"
CLICKS = "click_tracking"


def decide(
    connection: Connection,
    who: int,
    choice: Choice,
    *,
    source: str,
    wording: str,
    now: datetime,
) -> None:
    """Store what the person says of either, with the proof where it is not what it was."""
    for purpose, column, wanted in (
        (OPENS, subscriber.c.measure_opens, choice.measure_opens),
        (CLICKS, subscriber.c.measure_clicks, choice.measure_clicks),
    ):
        if wanted is None:
            continue
        changed = connection.execute(
            sa.update(subscriber)
            .where(subscriber.c.id == who, column != sa.literal(wanted))
            .values({column.name: wanted})
        )
        if changed.rowcount:
            event = consent.ConsentEvent(
                subscriber_id=who,
                purpose=purpose,
                action=ConsentAction.GIVEN if wanted else ConsentAction.WITHDRAWN,
                at=now,
                source=source,
                wording=wording if wanted else "",
                actor="reader",
            )
            consent.record(connection, [event])
