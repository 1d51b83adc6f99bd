"""What editors changed about an edition's sections for every issue to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import SectionChange
from digest.store import codec
from digest.store.hand_tables import edition_override


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A change of one section that is kept, and who made it."""

    change: SectionChange
    who: str
    at: datetime


def everything(connection: Connection) -> dict[str, list[Kept]]:
    """What is changed about every edition, by its slug, in the order in which issues show it."""
    rows = connection.execute(
        sa.select(edition_override).order_by(
            edition_override.c.edition, edition_override.c.position
        )
    )
    found: dict[str, list[Kept]] = {}
    for row in rows:
        change = codec.SECTION_CHANGE.validate_python(row.change)
        found.setdefault(row.edition, []).append(Kept(change=change, who=row.who, at=row.at))
    return found


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
                    "change": codec.SECTION_CHANGE.dump(one),
                    "who": who[:100],
                    "at": at,
                }
                for position, one in enumerate(changes)
            ],
        )
