"""Where counted links lead: remembered, so that readers get on while the database is away.

An address holds no target, so that nobody can make one; what was looked up, and the links of issues
that went lately, stay in memory for when the database does not answer.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from digest.click_links import ClickLinks
from digest.errors import NotFoundError, UnavailableError
from digest.model import LinkId
from digest.protocols import Clock
from digest.store import links
from digest.store.engine import reading
from digest.store.links import StoredLink

log = structlog.get_logger()

#: so long a link is believed to lead where it led, while the database answers
KNOWN_FOR = timedelta(seconds=5)
#: links remembered; a hundred bytes each, and their addresses
KNOWN = 10_000
#: issues that went within this time are remembered before anybody asks, each ``AFRESH``
LATELY = timedelta(days=14)
AFRESH = timedelta(minutes=5)
#: after the database did not answer it is left alone for so long
REST = timedelta(seconds=5)
#: seconds that a reader waits for somebody else's look
PATIENCE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A link that somebody follows."""

    link: StoredLink
    #: when its issue began to go
    began: datetime | None
    #: what followed its signature
    ending: str = ""

    @property
    def url(self) -> str:
        """Where it leads; empty where it was withdrawn."""
        return "" if self.link.withdrawn_at else self.link.target.url


@dataclass(frozen=True, slots=True)
class _Known:
    at: datetime
    link: StoredLink
    began: datetime | None


@dataclass(slots=True)
class KnownLinks:
    """Finds links. Safe to share between threads."""

    engine: Engine
    clock: Clock
    signs: ClickLinks
    _known: dict[LinkId, _Known] = field(default_factory=dict, init=False)
    #: until then the database is not asked
    _rests: datetime | None = field(default=None, init=False)
    _warmed: datetime | None = field(default=None, init=False)
    _looking: threading.Lock = field(default_factory=threading.Lock, init=False)

    def remembered(self, name: str) -> Found | None:
        """The link ``<link>.<mac>…`` if it is freshly in memory; see ``find``."""
        return self.recall(name, self.clock.now() - KNOWN_FOR)

    def recall(self, name: str, since: datetime | None = None) -> Found | None:
        """The link in memory, if it was looked up ``since`` then; None: however long ago."""
        read = self.signs.read(name)
        known = self._known.get(read[0]) if read else None
        if read is None or known is None or (since is not None and known.at < since):
            return None
        return Found(link=known.link, began=known.began, ending=read[1])

    def find(self, name: str) -> Found | None:
        """The link ``<link>.<mac>…``; None for what we did not sign, or do not know any more.

        With it all links of its issue are remembered: whoever follows another finds it at once.
        While the database does not answer it leads where it led when it was last looked up. Raises
        UnavailableError where that is not known.
        """
        read = self.signs.read(name)
        if read is None:
            return None
        if self._ask(read[0], name):
            return self.remembered(name)
        if (found := self.recall(name)) is None:
            raise UnavailableError("where a link leads is not known now", link=read[0])
        return found

    def warm(self) -> None:
        """Remember the links of issues that went lately, if that was not done lately.

        Raises SQLAlchemyError.
        """
        now = self.clock.now()
        if self._warmed is not None and now - self._warmed < AFRESH:
            return
        with reading(self.engine) as connection:
            went = links.went_since(connection, now - LATELY)
            for issue in went:
                self.remember(links.of_issue(connection, issue), links.began(connection, issue))
        self._warmed = now

    def _ask(self, number: LinkId, name: str) -> bool:
        """Look a link up, one reader at a time; False where the database does not answer."""
        if self._at_rest():
            return False
        if not self._looking.acquire(timeout=PATIENCE):
            self._rests = self.clock.now() + REST  # whoever looks hangs
            return False
        try:
            # Somebody may have had the answer, or waited for it in vain, meanwhile.
            if self.remembered(name) is None:
                if self._at_rest():
                    return False
                self._look_up(number)
        except SQLAlchemyError as error:
            self._rests = self.clock.now() + REST
            log.warning("links_unavailable", error=type(error).__name__)
            return False
        finally:
            self._looking.release()
        return True

    def _at_rest(self) -> bool:
        return self._rests is not None and self.clock.now() < self._rests

    def _look_up(self, number: LinkId) -> None:
        """Remember an issue's links, by one of them; forget one that is not there any more."""
        try:
            with reading(self.engine) as connection:
                issue = links.get(connection, number).issue
                every = links.of_issue(connection, issue)
                began = links.began(connection, issue)
        except NotFoundError:
            self._known.pop(number, None)
        else:
            self.remember(every, began)

    def remember(self, every: Iterable[StoredLink], began: datetime | None) -> None:
        """These links lead there now; as many are kept as there is room for."""
        now = self.clock.now()
        new = {one.id: _Known(now, one, began) for one in every}
        kept = [one for one in self._known.items() if one[0] not in new]
        # In the order in which they were looked up: the oldest go first.
        self._known = dict(kept[max(0, len(kept) + len(new) - KNOWN) :]) | new
