"""The pools of issues, read once: an editor's act needs one at once, and most acts leave it be."""

from collections import OrderedDict
from threading import Lock

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Candidate, Draft, Issue, IssueId
from digest.store import codec, drafts, hands
from digest.store.tables import issue, pool

#: pools that are remembered: some 10 MB each with 2,000 stories
_KEPT = 8


class Pools:
    """Remembers decoded pools of one database. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[IssueId, int], tuple[Candidate, ...]] = OrderedDict()
        self._lock = Lock()

    def draft(self, connection: Connection, one: Issue) -> Draft:
        """The content of an issue as it stands; see ``drafts.of``."""
        return Draft(
            pool=self.of(connection, one),
            slots=drafts.slots_of(connection, one.id),
            hand=hands.current(connection, one.id),
        )

    def of(self, connection: Connection, one: Issue) -> tuple[Candidate, ...]:
        """The pool of an issue. Nothing of it was written in this transaction."""
        with self._lock:
            found = self._kept.get((one.id, one.pool_revision))
            if found is not None:
                self._kept.move_to_end((one.id, one.pool_revision))
                return found
        # With its revision in one statement: it may have changed since ``one`` was read.
        rows = connection.execute(
            sa.select(pool.c.candidate, issue.c.pool_revision)
            .join(issue, issue.c.id == pool.c.issue_id)
            .where(pool.c.issue_id == one.id)
            .order_by(pool.c.rank)
        ).all()
        made = tuple(codec.CANDIDATE.validate_python(row.candidate) for row in rows)
        if rows:
            with self._lock:
                self._kept[one.id, rows[0].pool_revision] = made
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return made
