"""Substack's export: ``email_list.<publication>.csv`` in its zip.

``email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at``; some have
``name`` and ``prefer_digests`` too. Names of people are often missing.
"""

from collections.abc import Mapping

from subscribers.foreign.row import ForeignRow, Format, Standing, consent, moment


def _translate(row: Mapping[str, str]) -> ForeignRow:
    paying = row.get("active_subscription", "").strip().casefold() == "true"
    off = row.get("email_disabled", "").strip().casefold() == "true"
    weekly = row.get("prefer_digests", "").strip().casefold() == "true"
    return ForeignRow(
        cells={
            "email": row["email"],
            "name": row.get("name", ""),
            "tags": "paying" if paying else "",
            "frequency": "weekly" if weekly else "",
            "consent_source": consent("Substack", ""),
            "consent_at": moment(row.get("created_at", "")),
        },
        standing=Standing.LEFT if off else Standing.WELCOME,
    )


SUBSTACK = Format(
    name="substack",
    needs=("email", "email_disabled"),
    translate=_translate,
    files=("email_list",),
)
