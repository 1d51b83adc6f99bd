"""Mailchimp's audience export: a zip or folder with a CSV for each status.

Columns as its help centre lists them. Groups are columns named after their category, the chosen
ones separated by commas.
"""

import re
from collections.abc import Mapping

from subscribers.foreign.row import ForeignRow, Format, Standing, consent, joined, moment

_FILES = {
    "subscribed": Standing.WELCOME,
    "unsubscribed": Standing.LEFT,
    "cleaned": Standing.BOUNCED,
    # customers and the like, who never asked for mail
    "nonsubscribed": Standing.UNCONFIRMED,
}
_COLUMNS = frozenset(
    {
        *("email address", "name", "first name", "last name", "language", "address"),
        *("phone number", "birthday", "company", "member_rating", "optin_time", "optin_ip"),
        *("confirm_time", "confirm_ip", "latitude", "longitude", "gmtoff", "dstoff", "timezone"),
        *("cc", "region", "last_changed", "leid", "euid", "notes", "tags", "source"),
        *("unsub_time", "unsub_campaign_title", "unsub_campaign_id", "unsub_reason"),
        *("file", "unsub_reason_other", "clean_time", "clean_campaign_title", "clean_campaign_id"),
    }
)


def _translate(row: Mapping[str, str]) -> ForeignRow:
    standing = _FILES[row["file"].partition("_")[0]]
    return ForeignRow(
        cells={
            "email": row["email address"],
            "name": row.get("name") or joined(row.get("first name", ""), row.get("last name", "")),
            "language": row.get("language", ""),
            "tags": ";".join(_listed(row.get("tags", ""))),
            "consent_source": consent(
                "Mailchimp", row.get("confirm_ip") or row.get("optin_ip", "")
            ),
            "consent_at": moment(row.get("confirm_time", ""), row.get("optin_time", "")),
        },
        standing=standing,
        left_at=moment(row.get("unsub_time", ""), row.get("clean_time", "")),
        words={column: _listed(row[column]) for column in row.keys() - _COLUMNS},
    )


def _listed(cell: str) -> list[str]:
    r"""``"VIP","a, b"`` or ``One, Two\, too`` as its names."""
    if '"' in cell:
        return [name.strip() for name in re.findall(r'"([^"]+)"', cell)]
    return [
        name.replace("\\,", ",").strip() for name in re.split(r"(?<!\\),", cell) if name.strip()
    ]


MAILCHIMP = Format(
    name="mailchimp",
    needs=("email address",),
    translate=_translate,
    by_name=True,
    files=tuple(f"{one}_" for one in _FILES),
)
