"""Ghost's member export: ``id,email,name,note,subscribed_to_emails,…,created_at,…,labels``.

It tells who gets mail at all, not which newsletters and not since when.
"""

from collections.abc import Mapping

from subscribers.foreign.row import ForeignRow, Format, Standing, consent, moment


def _translate(row: Mapping[str, str]) -> ForeignRow:
    gone = row.get("deleted_at", "").strip()
    wants = row.get("subscribed_to_emails", "").strip().casefold() == "true" and not gone
    labels = [one.strip() for one in row.get("labels", "").split(",") if one.strip()]
    return ForeignRow(
        cells={
            "email": row["email"],
            "name": row.get("name", ""),
            "tags": ";".join(labels),
            "consent_source": consent("Ghost", ""),
            "consent_at": moment(row.get("created_at", "")),
        },
        standing=Standing.WELCOME if wants else Standing.LEFT,
        left_at=moment(gone),
    )


GHOST = Format(name="ghost", needs=("email", "subscribed_to_emails"), translate=_translate)
