"""What editors changed about an edition's sections for every issue to come."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import SectionChange
from digest.store import codec
from digest.store.hand_tables import edition_override


def kept(connection: Connection, edition: str) -> tuple[SectionChange, ...]:
    """The changed sections of an edition, in the order in which its issues show them."""
    rows = connection.scalars(
        sa.select(edition_override.c.change)
        .where(edition_override.c.edition == edition)
        .order_by(edition_override.c.position)
    )
    return tuple(map(codec.SECTION_CHANGE.validate_python, rows))


def keep(
    connection: Connection,
    edition: str,
    changes: Sequence[SectionChange],
    who: str,
    at: datetime,
) -> None:
    """Let these be all that is changed about the edition; none: it is as config.toml says."""
    mine = edition_override.c.edition == edition
    connection.execute(sa.delete(edition_override).where(mine))
    if changes:
        connection.execute(
            sa.insert(edition_override),
            [
                {
                    "edition": edition,
                    "slug": one.slug,
                    "position": position,
                    "change": codec.dump(codec.SECTION_CHANGE, one),
                    "who": who[:100],
                    "at": at,
                }
                for position, one in enumerate(changes)
            ],
        )
