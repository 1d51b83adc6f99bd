"""The latest issue that went out, for somebody who was not among its readers."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.curate.lifecycle import WENT
from digest.model import IssueId, Selected, Sheet, VariantId
from digest.store import codec, variants
from digest.store.after_tables import archive, erratum
from digest.store.tables import delivery, issue, variant

#: deliveries looked at: what most of them got is what most readers got, near enough
SAMPLE = 1_000
#: variants looked at, those of most readers first
VARIANTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """What most readers got of an edition's latest issue."""

    issue: IssueId
    #: when it had gone to all
    at: datetime
    variant: VariantId
    selected: Selected


def latest(
    connection: Connection, edition: str, language: str, hidden: AbstractSet[str] = frozenset()
) -> tuple[VariantId, Sheet, Selected] | None:
    """``chosen`` with the sheet that it is made of."""
    found = chosen(connection, edition, language, hidden)
    if found is None:
        return None
    sheets = variants.sheets(connection, found.issue)
    return found.variant, sheets[found.selected.language], found.selected


def chosen(
    connection: Connection, edition: str, language: str, hidden: AbstractSet[str] = frozenset()
) -> Latest | None:
    """What most readers got of an edition's latest issue, in ``language`` if any got it so.

    Without any story of the sections ``hidden``, by slug. None where none went out yet.
    """
    sent = sa.select(issue.c.id, issue.c.sent_at, issue.c.scheduled_at).where(
        issue.c.edition == edition,
        issue.c.state.in_([state.value for state in WENT]),
        issue.c.id.not_in(sa.select(erratum.c.issue_id)),
        issue.c.id.not_in(sa.select(archive.c.issue_id).where(archive.c.withdrawn_at.is_not(None))),
    )
    last = connection.execute(sent.order_by(issue.c.scheduled_at.desc()).limit(1)).first()
    if last is None:
        return None
    some = (
        sa.select(delivery.c.variant_id)
        .where(delivery.c.issue_id == last.id)
        .limit(SAMPLE)
        .subquery()
    )
    rows = connection.execute(
        sa.select(variant.c.id, variant.c.selection)
        .join(some, some.c.variant_id == variant.c.id)
        .group_by(variant.c.id)
        .order_by(sa.func.count().desc(), variant.c.id)
        .limit(VARIANTS)
    )
    found = [(row.id, codec.SELECTED.validate_python(row.selection)) for row in rows]
    found = [one for one in found if one[1].stories and not _shows(one[1], hidden)]
    if not found:
        return None
    number, selected = next((one for one in found if one[1].language == language), found[0])
    return Latest(
        issue=IssueId(last.id),
        at=last.sent_at or last.scheduled_at,
        variant=VariantId(number),
        selected=selected,
    )


def _shows(selected: Selected, hidden: AbstractSet[str]) -> bool:
    return any(stories for slug, stories in selected.sections if slug in hidden)
