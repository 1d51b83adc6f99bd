"""Deliveries by state without counting a million rows each time somebody asks.

What the deliveries of a batch came to changes no more once it is done, nor before it is claimed. So
each batch is counted once then and once before; only the few between are counted each time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import BatchState, DeliveryState, IssueId
from digest.store.ledger import seen
from digest.store.route_tables import held_mail
from digest.store.tables import batch, delivery

#: batches counted at a time: a process that has just begun tells what is left at the next scrape
MOST = 2_000
_PAGE = 500

#: number of a batch → its deliveries by state
_Counts = dict[int, Counter[str]]


class Tally:
    """Keeps the counts of the issues that it was last asked of. For one thread at a time."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        #: issue → batch → what its row said when it was counted, and its deliveries by state
        self._known: dict[int, dict[int, tuple[Any, Counter[str]]]] = {}
        #: issue → when mail of it that a provider held was thrown away
        self._called_back: dict[int, datetime | None] = {}

    def counts(
        self, connection: Connection, issues: Iterable[IssueId]
    ) -> Mapping[IssueId, Counter[DeliveryState]]:
        """The deliveries of each issue by state; an issue not counted to its end is left out."""
        wanted, left, told = list(issues), self._most, {}
        self._known = {one: self._known.get(one, {}) for one in wanted}
        for issue in wanted:
            rows = connection.execute(
                sa.select(batch.c.number, batch.c.state, batch.c.attempt, batch.c.done_at).where(
                    batch.c.issue_id == issue
                )
            ).all()
            called_back = connection.scalar(
                sa.select(sa.func.max(held_mail.c.cancelled_at)).where(
                    held_mail.c.issue_id == issue
                )
            )
            if self._called_back.get(issue) != called_back:
                # The one thing that changes what is done.
                self._called_back[issue], self._known[issue] = called_back, {}
            known = self._known[issue]
            unsure = [row for row in rows if not _rests(row) or _told(known, row) != tuple(row)]
            counted = _count(connection, issue, unsure[:left])
            known |= {row.number: (tuple(row), counted[row.number]) for row in unsure[:left]}
            if len(unsure) <= left:
                told[issue] = _sum(rows, known)
            left -= min(left, len(unsure))
        return told


def _rests(row: Any) -> bool:
    """Whether nothing happens to the deliveries of a batch while its row stays as it is."""
    done: bool = row.state == BatchState.DONE.value
    planned: bool = row.state == BatchState.PLANNED.value and row.attempt == 0
    return done or planned


def _told(known: Mapping[int, tuple[Any, Counter[str]]], row: Any) -> Any:
    return known[row.number][0] if row.number in known else None


def _count(connection: Connection, issue: IssueId, rows: list[Any]) -> _Counts:
    found: _Counts = {row.number: Counter() for row in rows}
    numbers = list(found)
    for start in range(0, len(numbers), _PAGE):
        query = (
            sa.select(delivery.c.number, delivery.c.state, sa.func.count())
            .where(
                delivery.c.issue_id == issue,
                delivery.c.number.in_(numbers[start : start + _PAGE]),
            )
            .group_by(delivery.c.number, delivery.c.state)
        )
        for number, state, readers in connection.execute(query):
            found[number][state] = readers
    return found


def _sum(
    rows: Iterable[Any], known: Mapping[int, tuple[Any, Counter[str]]]
) -> Counter[DeliveryState]:
    sums: Counter[DeliveryState] = Counter()
    for row in rows:
        for state, readers in known[row.number][1].items():
            sums[seen(BatchState(row.state), DeliveryState(state))] += readers
    return sums
