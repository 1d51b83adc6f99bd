"""Variants: what each group of readers gets of an issue, frozen when it is addressed.

A variant is a selection of stories; their cards, and all else that it is made of, stand once in
its issue's sheet for the language.
"""

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.errors import NotFoundError
from digest.model import DeliveryState, IssueId, Selected, Sheet, StoryId, VariantId
from digest.store import codec
from digest.store.engine import insert_new
from digest.store.tables import delivery, sheet, variant

#: keys asked for in one query
KEYS = 500


def save(
    connection: Connection, issue_id: IssueId, chosen: Mapping[str, Selected]
) -> dict[str, VariantId]:
    """Freeze variants of an issue; key → id. Those already there stay as they are."""
    known = ids(connection, issue_id, chosen)
    rows = [
        {"issue_id": issue_id, "key": key, "selection": codec.SELECTED.dump(one)}
        for key, one in sorted(chosen.items())  # in one order, so that no two wait for each other
        if key not in known
    ]
    if not rows:
        return known
    insert_new(connection, variant, rows)
    return known | ids(connection, issue_id, [row["key"] for row in rows])


def keep_sheets(connection: Connection, sheets: Iterable[Sheet]) -> None:
    """Freeze what an issue's variants are made of, once for each language."""
    rows = [
        {
            "issue_id": one.issue,
            "language": one.language,
            "content": codec.SHEET.dump(one),
        }
        for one in sheets
    ]
    if rows:
        connection.execute(sa.insert(sheet), rows)


def sheets(connection: Connection, issue_id: IssueId) -> dict[str, Sheet]:
    """What an issue's variants are made of, by language."""
    rows = connection.scalars(sa.select(sheet.c.content).where(sheet.c.issue_id == issue_id))
    found = map(codec.SHEET.validate_python, rows)
    return {one.language: one for one in found}


def selected(
    connection: Connection, issue_id: IssueId, keys: Collection[str]
) -> dict[str, Selected]:
    """What variants hold, by key. Raises NotFoundError for one that is not there."""
    found: dict[str, Selected] = {}
    wanted = sorted(keys)
    for start in range(0, len(wanted), KEYS):
        rows = connection.execute(
            sa.select(variant.c.key, variant.c.selection).where(
                variant.c.issue_id == issue_id, variant.c.key.in_(wanted[start : start + KEYS])
            )
        )
        found |= {row.key: codec.SELECTED.validate_python(row.selection) for row in rows}
    if len(found) < len(wanted):
        raise NotFoundError("there is no such variant", issue=issue_id)
    return found


def keys(connection: Connection, issue_id: IssueId) -> list[str]:
    """The keys of all of an issue's variants."""
    query = sa.select(variant.c.key).where(variant.c.issue_id == issue_id).order_by(variant.c.key)
    return list(connection.scalars(query))


def count(connection: Connection, issue_id: IssueId) -> int:
    """How many variants an issue was frozen into."""
    found = sa.select(sa.func.count()).select_from(variant).where(variant.c.issue_id == issue_id)
    return connection.scalar(found) or 0


def delivered_stories(
    connection: Connection, issue_id: IssueId, states: Collection[DeliveryState]
) -> set[StoryId]:
    """The stories in variants of which at least one delivery is in one of ``states``."""
    reached = sa.select(delivery.c.variant_id).where(
        delivery.c.issue_id == issue_id, delivery.c.state.in_([one.value for one in states])
    )
    found: set[StoryId] = set()
    query = sa.select(variant.c.selection).where(variant.c.id.in_(reached))
    for one in connection.scalars(query.execution_options(yield_per=1_000)):
        found.update(*(stories for _, stories in one["sections"]))
    return found


def gone(connection: Connection, variant_id: VariantId) -> tuple[Sheet, Selected] | None:
    """What a variant holds and is made of, once its issue goes out: then its sheet is kept."""
    row = connection.execute(
        sa.select(variant.c.issue_id, variant.c.selection).where(variant.c.id == variant_id)
    ).first()
    if row is None:
        return None
    chosen = codec.SELECTED.validate_python(row.selection)
    kept = connection.scalar(
        sa.select(sheet.c.content).where(
            sheet.c.issue_id == row.issue_id, sheet.c.language == chosen.language
        )
    )
    return (codec.SHEET.validate_python(kept), chosen) if kept is not None else None


def ids(connection: Connection, issue_id: IssueId, keys: Collection[str]) -> dict[str, VariantId]:
    """The numbers of an issue's variants, by key; absent: there is none."""
    found: dict[str, VariantId] = {}
    wanted = sorted(keys)
    for start in range(0, len(wanted), KEYS):
        rows = connection.execute(
            sa.select(variant.c.key, variant.c.id).where(
                variant.c.issue_id == issue_id, variant.c.key.in_(wanted[start : start + KEYS])
            )
        )
        found |= {row.key: VariantId(row.id) for row in rows}
    return found
