"""The hash of each variant as its readers got it, and by which program."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import IssueId
from digest.store.engine import insert_new
from digest.store.keeping_tables import rendered


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """A variant that went."""

    variant: str
    #: whether its links tell readers apart
    personal: bool
    #: ``RenderedVariant.key``
    hash: str
    program: str


def note(
    connection: Connection, issue: IssueId, made: Mapping[tuple[str, bool], str], program: str
) -> None:
    """Keep hashes of what goes; those there already stay as they are."""
    rows = [
        {
            "issue_id": issue,
            "variant": variant,
            "personal": personal,
            "hash": hashed,
            "program": program,
        }
        for (variant, personal), hashed in sorted(made.items())
    ]
    insert_new(connection, rendered, rows)


def went(connection: Connection, issue: IssueId) -> list[Went]:
    """All variants of an issue that went."""
    rows = connection.execute(
        sa.select(rendered)
        .where(rendered.c.issue_id == issue)
        .order_by(rendered.c.variant, rendered.c.personal)
    )
    return [
        Went(variant=row.variant, personal=row.personal, hash=row.hash, program=row.program)
        for row in rows
    ]
