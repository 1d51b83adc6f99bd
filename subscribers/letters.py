"""Letters that people are to get: written down with their cause, sent by who runs the line.

So a page answers at once, and alike, whether or not anybody is mailed.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.engine import Connection

from subscribers.store import insert_new
from subscribers.tables import letter_due


class LetterKind(StrEnum):
    """Why a person is written to."""

    #: asks for a yes to what was asked for on a form
    CONFIRMATION = "confirmation"
    #: somebody asked for what they get already
    KNOWN = "known"
    #: fresh links: to their choices, and to their data
    LINK = "link"
    WELCOME = "welcome"
    #: to a new address: asks whether it is theirs
    NEW_ADDRESS = "new_address"
    #: to the old one: says that it was changed
    OLD_ADDRESS = "old_address"
    #: asks, after years, whether they still want it
    STAY = "stay"
    #: a pause is over by itself: mail comes again
    RESUMED = "resumed"


def write_to(
    connection: Connection,
    subscriber: int,
    kind: LetterKind,
    *,
    purpose: str,
    now: datetime,
    about: str = "",
    language: str = "",
    not_before: datetime | None = None,
) -> None:
    """Have a person written to, once for each ``purpose``, which is unique for ever.

    ``about``: editions, space-separated, or the id of an address change.
    """
    row = {
        "subscriber_id": subscriber,
        "kind": kind.value,
        "purpose": purpose,
        "about": about,
        "language": language,
        "created_at": now,
        "not_before": not_before,
    }
    insert_new(connection, letter_due, [row])


#: who paused for no longer needs not be told that it is over
SHORT_PAUSE = timedelta(days=1)


def write_of_pause(connection: Connection, subscriber: int, until: datetime, now: datetime) -> None:
    """Have a person written to when their pause is over, unless it is short.

    It is theirs to end it before, or to choose another day: then that letter does not go.
    """
    if until - now > SHORT_PAUSE:
        purpose = f"resumed-{subscriber}-{until:%Y%m%dT%H%M}"
        kind = LetterKind.RESUMED
        write_to(connection, subscriber, kind, purpose=purpose, now=now, not_before=until)


#: seconds between two letters with fresh links that one page may ask for
LINK_EVERY = 600


def write_link(connection: Connection, subscriber: int, *, language: str, now: datetime) -> None:
    """Have a person written to with fresh links; asked again within ten minutes, once."""
    purpose = f"link:{subscriber}:{int(now.timestamp()) // LINK_EVERY}"
    write_to(connection, subscriber, LetterKind.LINK, purpose=purpose, now=now, language=language)
