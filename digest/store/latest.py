"""The latest issue that went out, for somebody who was not among its readers."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.curate.lifecycle import WENT
from digest.model import Selected, Sheet, VariantId
from digest.store import codec, variants
from digest.store.after_tables import archive, erratum
from digest.store.tables import delivery, issue, variant

#: deliveries looked at: what most of them got is what most readers got, near enough
SAMPLE = 1_000
#: variants looked at, those of most readers first
VARIANTS = 50


def latest(
    connection: Connection, edition: str, language: str
) -> tuple[VariantId, Sheet, Selected] | None:
    """What most readers got of an edition's latest issue, in ``language`` if any got it so.

    None where none went out yet.
    """
    sent = sa.select(issue.c.id).where(
        issue.c.edition == edition,
        issue.c.state.in_([one.value for one in WENT]),
        issue.c.id.not_in(sa.select(erratum.c.issue_id)),
        issue.c.id.not_in(sa.select(archive.c.issue_id).where(archive.c.withdrawn_at.is_not(None))),
    )
    issue_id = connection.scalar(sent.order_by(issue.c.scheduled_at.desc()).limit(1))
    if issue_id is None:
        return None
    some = (
        sa.select(delivery.c.variant_id)
        .where(delivery.c.issue_id == issue_id)
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
    found = [one for one in found if one[1].stories]
    if not found:
        return None
    number, chosen = next((one for one in found if one[1].language == language), found[0])
    sheets = variants.sheets(connection, issue_id)
    return VariantId(number), sheets[chosen.language], chosen
