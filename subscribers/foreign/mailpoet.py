"""MailPoet's CSV export, in English: one row for each person and list.

Columns as ticked there: Email, First name, Last name, Subscription IP and time, Confirmation IP and
time, List status, Global status, and always List. It writes quotes with a backslash.
"""

from collections.abc import Mapping

from subscribers.foreign.row import ForeignRow, Format, Standing, consent, joined, moment

_STANDINGS = {
    "subscribed": Standing.WELCOME,
    # has not opened for long; still asked for it
    "inactive": Standing.WELCOME,
    "unsubscribed": Standing.LEFT,
    "bounced": Standing.BOUNCED,
    "unconfirmed": Standing.UNCONFIRMED,
}
_COLUMNS = frozenset(
    {
        *("email", "first name", "last name", "subscription ip", "subscription time"),
        *("confirmation time", "confirmation ip", "list status", "global status", "list", "file"),
    }
)


def _translate(row: Mapping[str, str]) -> ForeignRow:
    everywhere = _standing(row, "global status")
    here = _standing(row, "list status")
    named = row.get("list", "")
    left_one = everywhere is Standing.WELCOME and here is Standing.LEFT
    return ForeignRow(
        cells={
            "email": row["email"],
            "name": joined(row.get("first name", ""), row.get("last name", "")),
            "consent_source": consent(
                "MailPoet", row.get("confirmation ip") or row.get("subscription ip", "")
            ),
            "consent_at": moment(
                row.get("confirmation time", ""), row.get("subscription time", "")
            ),
        },
        standing=here if everywhere is Standing.WELCOME else everywhere,
        left_list=named if left_one else "",
        words={column: [row[column]] for column in row.keys() - _COLUMNS} | {"list": [named]},
    )


def _standing(row: Mapping[str, str], column: str) -> Standing:
    """Words that are not known are no consent."""
    told = row.get(column, "subscribed").strip().casefold()
    return _STANDINGS.get(told, Standing.UNCONFIRMED)


MAILPOET = Format(
    name="mailpoet",
    needs=("email", "global status"),
    translate=_translate,
    backslashes=True,
)
