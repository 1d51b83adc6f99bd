"""listmonk's subscriber export: ``uuid,email,name,attributes,status,created_at,updated_at``.

It names no lists: export one list at a time and import each with ``--edition``. A file does not
say who left that list: only ``blocklisted`` is barred everywhere, ``disabled`` is not mailed there.
"""

import json
from collections.abc import Mapping

from subscribers.foreign.row import ForeignRow, Format, Standing, consent, moment

_STANDINGS = {
    "enabled": Standing.WELCOME,
    "disabled": Standing.LEFT,
    "blocklisted": Standing.LEFT,
    # what older versions called it
    "blacklisted": Standing.LEFT,
}


def _translate(row: Mapping[str, str]) -> ForeignRow:
    attributes = _attributes(row.get("attributes", ""))
    language = attributes.get("language") or attributes.get("lang") or ""
    standing = _STANDINGS.get(row.get("status", "").strip().casefold(), Standing.UNCONFIRMED)
    return ForeignRow(
        cells={
            "email": row["email"],
            "name": row.get("name", ""),
            "language": language if isinstance(language, str) else "",
            "consent_source": consent("listmonk", ""),
            "consent_at": moment(row.get("created_at", "")),
        },
        standing=standing,
        left_at=moment(row.get("updated_at", "")) if standing is Standing.LEFT else "",
        words=_words(attributes),
    )


def _attributes(cell: str) -> dict[str, object]:
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _words(attributes: Mapping[str, object]) -> dict[str, list[str]]:
    """What each attribute lists: ``{"topics": ["health"], "region": "africa"}``."""
    listed = {
        name: value if isinstance(value, list) else [value] for name, value in attributes.items()
    }
    return {
        name: [one for one in values if isinstance(one, str)] for name, values in listed.items()
    }


LISTMONK = Format(name="listmonk", needs=("email", "status"), translate=_translate)
