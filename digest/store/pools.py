"""The pools of issues, read once: an editor's act needs one at once, and most acts leave it be."""

from collections import OrderedDict
from threading import Lock

from sqlalchemy.engine import Connection

from digest.curate.order import Ranked
from digest.model import Candidate, Draft, Issue, IssueId
from digest.store import drafts, hands

#: pools that are remembered: some 10 MB each with 2,000 stories
_KEPT = 8


class Pools:
    """Remembers the pools of one database. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[IssueId, int], Ranked] = OrderedDict()
        self._lock = Lock()

    def ranked(self, pool: tuple[Candidate, ...]) -> Ranked:
        """A pool with the orders that are known of it, if it is one of those remembered."""
        with self._lock:
            found = (one for one in self._kept.values() if one.pool is pool)
            return next(found, None) or Ranked(pool)

    def forget(self) -> None:
        """Remember nothing."""
        with self._lock:
            self._kept.clear()

    def draft(self, connection: Connection, one: Issue) -> Draft:
        """The content of an issue as it stands; see ``drafts.of``."""
        return Draft(
            pool=self.of(connection, one).pool,
            slots=drafts.slots_of(connection, one.id),
            hand=hands.current(connection, one.id),
        )

    def of(self, connection: Connection, one: Issue) -> Ranked:
        """The pool of an issue. This transaction must not have written it."""
        with self._lock:
            found = self._kept.get((one.id, one.pool_revision))
            if found is not None:
                self._kept.move_to_end((one.id, one.pool_revision))
                return found
        # It may have changed since ``one`` was read.
        pool, revision = drafts.pool_at(connection, one.id)
        made = Ranked(pool)
        if pool:
            with self._lock:
                self._kept[one.id, revision] = made
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return made
