"""person: everything that is held of one, and its erasure, on both sides of the border.

An erasure is written down first, by id alone; then mail to them stops, what could name them goes
from files and ledger, and last the person themselves, whose address was needed until then. Broken
off anywhere it is done again from its start, which harms nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import structlog
from sqlalchemy.engine import Engine

from digest.deliver.marks import Marks
from digest.deliver.returns.boxes import MailboxError
from digest.deliver.returns.forget import KeptMails, naming
from digest.deliver.transports.outbox import Outbox
from digest.model import SubscriberId
from digest.protocols import Clock
from digest.steps.hear import whose
from digest.steps.people_letters import called
from digest.store import person
from digest.store.engine import reading, writing

log = structlog.get_logger()

#: a batch that was at work when somebody was erased may still write a file of theirs so long
AGAIN = timedelta(days=2)


class Keeper(Protocol):
    """Who holds the people."""

    def address_of(self, who: int) -> str | None:
        """Where their mail goes; None: there is no such person (any more)."""

    def held(self, who: int) -> Mapping[str, Any]:
        """All that is held of them there."""

    def letters_to(self, who: int) -> Sequence[int]:
        """The numbers of the letters that they were to get."""

    def stop(self, who: int, now: datetime) -> None:
        """Mail them no more."""

    def erase(self, who: int, now: datetime) -> bool:
        """Delete them; False if they are gone already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure took, or would."""

    subscriber: int
    #: messages to them among the outbox's files
    messages: int
    #: mails that came back, in a mailbox of ours; None: it could not be searched
    returned: int | None
    #: rows that keep their id and lose all else
    deliveries: int
    events: int
    letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """What people may ask of the whole newsroom."""

    engine: Engine
    clock: Clock
    keeper: Keeper
    marks: Marks
    outbox: Outbox
    #: none: there is no mailbox of ours
    mails: KeptMails | None
    journals: Path

    def data(self, who: int) -> dict[str, Any]:
        """All that is held of them. Raises what the keeper raises for nobody."""
        found = dict(self.keeper.held(who))
        with reading(self.engine) as connection:
            found["deliveries"] = person.deliveries(connection, SubscriberId(who))
            found["events"] = person.events(connection, SubscriberId(who))
            found["letters"] = person.letters(connection, SubscriberId(who))
            found["clicks"] = person.clicks(connection, SubscriberId(who))
        return found

    def erase(self, who: int, *, dry_run: bool = False) -> Erased:
        """Erase them everywhere, and tell what that was."""
        address = self.keeper.address_of(who)
        told = self._look(who, address)
        if not dry_run:
            with writing(self.engine) as connection:
                person.ask(connection, SubscriberId(who), self.clock.now())
            self._finish(who, address)
            log.info("erased", subscriber=who)
        return told

    def finish(self) -> int:
        """Finish erasures that were broken off; those of late once more. Returns how many."""
        with reading(self.engine) as connection:
            wanted = person.asked(connection, self.clock.now() - AGAIN)
        for who in wanted:
            self._finish(who, self.keeper.address_of(who))
        return len(wanted)

    def _look(self, who: int, address: str | None) -> Erased:
        with reading(self.engine) as connection:
            deliveries = person.deliveries(connection, SubscriberId(who))
            events = person.events(connection, SubscriberId(who))
            letters = person.letters(connection, SubscriberId(who))
        return Erased(
            subscriber=who,
            messages=len(self.outbox.held(self._refs(who))),
            returned=self._returned(who, address, remove=False),
            deliveries=len(deliveries),
            events=len(events),
            letters=len(letters),
        )

    def _finish(self, who: int, address: str | None) -> None:
        now = self.clock.now()
        self.keeper.stop(who, now)
        refs = self._refs(who)
        self.outbox.forget(self.outbox.held(refs))
        for ref in refs:
            (self.journals / f"{ref}.log").unlink(missing_ok=True)
        searched = self._returned(who, address, remove=True) is not None
        with writing(self.engine) as connection:
            person.scrub(connection, SubscriberId(who))
        self.keeper.erase(who, now)
        # Else the next daily run looks again, by our marks alone: the address is gone.
        if searched:
            with writing(self.engine) as connection:
                person.erased(connection, SubscriberId(who), now)

    def _returned(self, who: int, address: str | None, *, remove: bool) -> int | None:
        if self.mails is None:
            return 0
        theirs = naming(who, address, self.marks, partial(whose, self.engine))
        try:
            return self.mails.naming(theirs, remove=remove)
        except MailboxError as error:
            log.warning("mailbox_not_searched", subscriber=who, why=str(error))
            return None

    def _refs(self, who: int) -> list[str]:
        """What messages to them are called: of issues, and letters."""
        with reading(self.engine) as connection:
            deliveries = person.deliveries(connection, SubscriberId(who))
            letters = person.letters(connection, SubscriberId(who))
        return [
            *(f"{one['issue']}-{who}" for one in deliveries),
            *(one["purpose"] for one in letters),
            *map(called, self.keeper.letters_to(who)),
        ]
