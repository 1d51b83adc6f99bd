"""Letters that people are to get: written down with their cause, sent by who runs the line.

So a page answers at once, and alike, whether or not anybody is mailed.
"""

from datetime import datetime
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
    #: mail comes again, as they asked for when they paused
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
    }
    insert_new(connection, letter_due, [row])


#: seconds between two letters with fresh links that one page may ask for
LINK_EVERY = 600


def write_link(connection: Connection, subscriber: int, *, language: str, now: datetime) -> None:
    """Have a person written to with fresh links; asked again within ten minutes, once."""
    purpose = f"link:{subscriber}:{int(now.timestamp()) // LINK_EVERY}"
    write_to(connection, subscriber, LetterKind.LINK, purpose=purpose, now=now, language=language)
