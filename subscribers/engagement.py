"""What people were sent and when they last did something: what segments know of engagement.

Nobody is followed: an issue counts as received when a provider took it, and somebody is active who
confirmed or chose on a page of theirs.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from subscribers.store import insert_new, inserting, reading
from subscribers.tables import counted_issue, received, subscriber

#: no subscriber comes after this one: the issue is counted to its end
END = 2**63 - 1


class Engagement:
    """Counts issues, remembers who was active. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def uncounted(self, issues: Sequence[int]) -> Mapping[int, int]:
        """Of these issues those not yet counted to their end, each with the last reader counted."""
        query = sa.select(counted_issue).where(counted_issue.c.issue.in_(issues))
        with reading(self._engine) as connection:
            up_to = {row.issue: row.up_to for row in connection.execute(query)}
        return {one: up_to.get(one, 0) for one in issues if up_to.get(one, 0) < END}

    def count(
        self, issue: int, edition: str, readers: Sequence[int], at: datetime, *, after: int
    ) -> bool:
        """Count these readers, who come next after the reader ``after``, by id; none: the end.

        Each is counted once, however often this is called and by however many: False, and nothing
        done, where somebody else has gone on from ``after``.
        """
        up_to = readers[-1] if readers else END
        with self._engine.begin() as connection:
            insert_new(connection, counted_issue, [{"issue": issue, "up_to": 0}])
            moved = connection.execute(
                sa.update(counted_issue)
                .where(counted_issue.c.issue == issue, counted_issue.c.up_to == after)
                .values(up_to=up_to)
            )
            if not moved.rowcount:
                return False
            if readers:
                connection.execute(_one_more(connection, edition, readers, at))
        return True

    def agreed(self, who: Sequence[int]) -> set[int]:
        """Those of them who agree at this moment that their clicks are kept."""
        asked = sa.select(subscriber.c.id).where(
            subscriber.c.id.in_(who), subscriber.c.measure_clicks.is_(sa.true())
        )
        with reading(self._engine) as connection:
            return set(connection.scalars(asked))

    def active(self, who: Sequence[int], at: datetime) -> None:
        """These did something themselves, at ``at``."""
        with self._engine.begin() as connection:
            seen(connection, who, at)


def seen(connection: Connection, who: Sequence[int], now: datetime) -> None:
    """They did something themselves."""
    last = subscriber.c.last_active_at
    connection.execute(
        sa.update(subscriber)
        .where(subscriber.c.id.in_(who), sa.or_(last.is_(None), last < now))
        .values(last_active_at=now)
    )


def _one_more(
    connection: Connection, edition: str, readers: Sequence[int], at: datetime
) -> sa.Executable:
    """One statement that counts an issue for all of them who are still there."""
    new = sa.select(
        subscriber.c.id,
        sa.literal(edition, received.c.edition.type),
        sa.literal(1),
        sa.literal(at, received.c.last_at.type),
    ).where(subscriber.c.id.in_(readers))
    told = inserting(connection, received).from_select(
        ["subscriber_id", "edition", "issues", "last_at"], new
    )
    newer = told.excluded.last_at > received.c.last_at
    return told.on_conflict_do_update(
        index_elements=["subscriber_id", "edition"],
        set_={
            "issues": received.c.issues + 1,
            "last_at": sa.case((newer, told.excluded.last_at), else_=received.c.last_at),
        },
    )
