"""Variants: what each group of readers gets of an issue, frozen when it is addressed."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.errors import NotFoundError
from digest.model import IssueId, StoryId, VariantContent, VariantId
from digest.store import codec
from digest.store.tables import delivery, variant


def save(
    connection: Connection, issue_id: IssueId, contents: Mapping[str, VariantContent]
) -> dict[str, VariantId]:
    """Freeze the variants of an issue; key → id. Those already there stay as they are."""
    known = ids(connection, issue_id)
    rows = [
        {"issue_id": issue_id, "key": key, "content": codec.dump(codec.CONTENT, one)}
        for key, one in contents.items()
        if key not in known
    ]
    if rows:
        connection.execute(sa.insert(variant), rows)
    return ids(connection, issue_id)


def ids(connection: Connection, issue_id: IssueId) -> dict[str, VariantId]:
    """The variants of an issue, key → id."""
    rows = connection.execute(
        sa.select(variant.c.key, variant.c.id).where(variant.c.issue_id == issue_id)
    )
    return {row.key: VariantId(row.id) for row in rows}


def content(connection: Connection, issue_id: IssueId, key: str) -> VariantContent:
    """What a variant holds. Raises NotFoundError."""
    found = connection.execute(
        sa.select(variant.c.content).where(variant.c.issue_id == issue_id, variant.c.key == key)
    ).scalar_one_or_none()
    if found is None:
        raise NotFoundError("there is no such variant", issue=issue_id)
    return codec.CONTENT.validate_python(found)


def delivered_stories(connection: Connection, issue_id: IssueId, state: str) -> set[StoryId]:
    """The stories in variants of which at least one delivery is in ``state``."""
    reached = sa.select(delivery.c.variant_id).where(
        delivery.c.issue_id == issue_id, delivery.c.state == state
    )
    contents = connection.scalars(sa.select(variant.c.content).where(variant.c.id.in_(reached)))
    return {card.story for one in contents for card in codec.CONTENT.validate_python(one).cards}
