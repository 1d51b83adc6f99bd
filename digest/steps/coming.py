"""coming: when an edition goes out, as its schedule and its people have it.

This is the one place that says so for days to come; whatever else is to keep an edition in, such
as a holiday, belongs here.
"""

from datetime import datetime

from sqlalchemy.engine import Connection

from digest.model import Edition
from digest.schedule.occurrences import Occurrence, between
from digest.store import days_off


def coming(
    connection: Connection, edition: Edition, after: datetime, until: datetime
) -> list[Occurrence]:
    """The occurrences with ``after`` < instant ≤ ``until``, in order, without days left out."""
    off = days_off.of(connection, edition.slug)
    return [one for one in between(edition, after, until) if one.local_date not in off]
