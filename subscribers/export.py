"""People out of here: as CSV that our own import reads, or as JSON with all that is held.

The CSV names whom the newsroom may mail, so that reading it elsewhere revives nobody who left. The
JSON holds everybody.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from subscribers.formulas import csv_row
from subscribers.held import Held, everyone
from subscribers.model import Kind, SubscriptionState
from subscribers.rows import ATTRIBUTE, COLUMNS
from subscribers.store import reading
from subscribers.suppression import EVERYWHERE, spares
from subscribers.tables import attribute, subscriber, subscription

#: of people whose consent names no source
NO_SOURCE = "not recorded"


class ExportFormat(StrEnum):
    """How people are written."""

    CSV = "csv"
    #: a JSON document a line
    JSON = "json"


def export(
    engine: Engine, kind: ExportFormat, which: sa.ColumnElement[bool] | None = None
) -> Iterator[str]:
    """Text, piece by piece, of the subscribers for whom ``which`` holds."""
    if kind is ExportFormat.JSON:
        for person in everyone(engine, which):
            yield json.dumps(person, default=_said, ensure_ascii=False) + "\n"
        return
    with reading(engine) as connection:
        names = list(connection.scalars(sa.select(attribute.c.name).distinct()))
    columns = [*COLUMNS, *(f"{ATTRIBUTE}{name}" for name in sorted(names))]
    yield csv_row(columns)
    mailed = sa.and_(spares(), gets_mail(), sa.true() if which is None else which)
    for person in everyone(engine, mailed):
        cells = _cells(person)
        yield csv_row(cells.get(name, "") for name in columns)


def gets_mail(edition: str = "") -> sa.ColumnElement[bool]:
    """SQL: this row's subscriber gets an edition, or any."""
    theirs = subscription.alias()
    return sa.exists().where(
        theirs.c.subscriber_id == subscriber.c.id,
        theirs.c.state == SubscriptionState.ACTIVE,
        theirs.c.edition == edition if edition else sa.true(),
    )


def _cells(person: Held) -> dict[str, str]:
    """A person by the columns of an import."""
    chosen = {
        kind: ";".join(one["value"] for one in person["preference"] if one["kind"] == kind)
        for kind in Kind
    }
    barred = {one["scope"] for one in person["suppression"]} - {EVERYWHERE}
    editions = [
        one["edition"]
        for one in person["subscription"]
        if one["state"] == SubscriptionState.ACTIVE and one["edition"] not in barred
    ]
    proof = next(iter(person["consent_event"]), None)
    return {
        "email": person["email"],
        "name": person["name"],
        "language": person["language"],
        "regions": chosen[Kind.REGION],
        "topics": chosen[Kind.TOPIC],
        "editions": ";".join(editions),
        "tags": ";".join(one["name"] for one in person["tag"]),
        "frequency": person["frequency"],
        "weekly_on": str(person["weekly_on"]),
        "limit": str(person["story_limit"]),
        "style": person["style"],
        "hour": "" if person["send_hour"] is None else str(person["send_hour"]),
        "zone": person["time_zone"],
        "breaking": "yes" if person["breaking"] else "no",
        "paused_until": person["paused_until"].isoformat() if person["paused_until"] else "",
        **{f"{ATTRIBUTE}{one['name']}": one["value"] for one in person["attribute"]},
        "consent_source": (proof and proof["source"]) or NO_SOURCE,
        "consent_at": (proof["at"] if proof else person["joined_at"]).isoformat(),
    }


def _said(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
