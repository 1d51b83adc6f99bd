"""What is heard of deliveries, what alerts tell, what states things pass: words of the code."""

from enum import StrEnum

from digest.model import AlertKind, DeliveryState, EventKind, Hold, IssueState
from tests.reference.comments import comments
from tests.reference.page import UNWRITTEN, Part, by_hand, code, table


def words(enum: type[StrEnum], *heads: str) -> Part:
    """An enumeration as a table: word, its comment, and a column by hand if a head is given."""

    def part(body: str) -> str:
        told, hand = comments(enum), by_hand(body)
        rows = []
        for one in enum:
            row = [code(one.value), told.get(one.name, "")]
            if len(heads) > 2:
                row.append(hand.get(row[0], UNWRITTEN))
            elif not row[1]:
                row[1] = hand.get(row[0], UNWRITTEN)
            rows.append(row)
        return table(heads, rows)

    return part


heard = words(EventKind, "event", "means", "what follows")
alerts = words(AlertKind, "alert", "means")
states = words(IssueState, "an issue is", "means")
holds = words(Hold, "and is held for", "means")
deliveries = words(DeliveryState, "a delivery is", "means")
