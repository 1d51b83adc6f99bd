"""Wires what people may ask of a newsroom that holds their data. For app.py alone."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any

import structlog
from sqlalchemy.engine import Engine

import subscribers
from digest.config.hearing import Bounces
from digest.config.settings import Settings
from digest.deliver.marks import Marks
from digest.deliver.returns.forget import KeptMaildir, KeptMails, KeptMbox
from digest.deliver.transports.outbox import Outbox
from digest.deliver.writer import MessageWriter
from digest.listening import imap
from digest.protocols import Clock
from digest.steps.person import Erased, Persons
from digest.steps.retain import KeptDays, retain
from digest.store import person
from digest.store.engine import reading, writing

log = structlog.get_logger()

#: the chore under which retention stands
RETENTION = "retention"
EVERY = timedelta(days=1)


class Rights:
    """Data out, erasure and retention, over the line and the people at once."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        clock: Clock,
        people: subscribers.Rights,
        marks: Marks,
        voices: subscribers.Voices,
    ) -> None:
        self.people = people
        self._settings = settings
        self._engine = engine
        self._clock = clock
        self._marks = marks
        self._voices = voices

    @cached_property
    def persons(self) -> Persons:
        """One person at a time."""
        outbox = self._settings.sending.outbox
        return Persons(
            engine=self._engine,
            clock=self._clock,
            keeper=self.people,
            marks=self._marks,
            outbox=Outbox(outbox, MessageWriter()),
            mails=self._mails,
            journals=outbox.parent / "journals",
        )

    @cached_property
    def _mails(self) -> KeptMails | None:
        return _mails(self._settings.bounces)

    def export(self, who: int, voice: subscribers.Voice) -> bytes:
        """All that is held of a person, as a zip of JSON and HTML. Raises SubscribersError."""
        return subscribers.as_zip(self.persons.data(who), self._clock.now(), voice)

    def zipped(self, who: int) -> bytes:
        """The same in the language that the person chose. Raises SubscribersError."""
        data = self.persons.data(who)
        return subscribers.as_zip(data, self._clock.now(), self._voice_of(data))

    def files(self, who: int) -> Mapping[str, str]:
        """The same by the name of each file."""
        data = self.persons.data(who)
        return {
            "data.json": subscribers.as_json(data),
            "data.html": subscribers.as_html(data, self._clock.now(), self._voice_of(data)),
        }

    def _voice_of(self, data: Mapping[str, Any]) -> subscribers.Voice:
        return self._voices([data["language"]] if data["language"] else [])

    def erase(self, who: int, *, dry_run: bool = False) -> Erased:
        """Erase a person everywhere. Raises OSError where a file cannot be removed."""
        return self.persons.erase(who, dry_run=dry_run)

    def written(self, kind: str, *, segment: str = "", edition: str = "") -> Iterator[str]:
        """People as ``csv`` or ``json``, piece by piece. Raises SubscribersError at once."""
        return self.people.export(subscribers.ExportFormat(kind), segment=segment, edition=edition)

    def suppress_domain(self, domain: str, reason: str) -> str:
        """Promise never to mail a domain; returns its one form. Raises SubscribersError."""
        return self.people.suppress_domain(domain, reason=reason, now=self._clock.now())

    def consents(self, who: int) -> list[dict[str, Any]]:
        """The proof of what a person agreed to and took back, oldest first, with its words."""
        events = self.people.consents(who)
        words = self.people.words({one.wording for one in events})
        return [
            {
                "at": one.at,
                "action": one.action.value,
                "purpose": one.purpose,
                "source": one.source,
                "wording": one.wording,
                "actor": one.actor,
                "text": words.get(one.wording, ""),
            }
            for one in events
        ]

    def retain(self, *, dry_run: bool = False) -> Mapping[str, int]:
        """Delete what is older than config.toml says; what went, or would."""
        keep, now = self._settings.retention, self._clock.now()
        theirs = subscribers.Keep(
            unconfirmed=keep.unconfirmed,
            asked=keep.asked,
            places=keep.places,
            letters=keep.letters,
            address_changes=keep.address_changes,
            imports=keep.imports,
            left=keep.left,
        )
        ours = KeptDays(
            events=keep.events,
            letters=keep.letters,
            erasures=keep.erasures,
            bounces=keep.bounces,
            fetches=keep.fetches,
        )
        gone = self.people.retain(theirs, now, dry_run=dry_run)
        return gone | dict(retain(self._engine, self._mails, ours, now, dry_run=dry_run))

    def daily(self) -> None:
        """Retention, and erasures that were broken off, once a day. Raises nothing."""
        try:
            if self._due():
                gone = {name: count for name, count in self.retain().items() if count}
                finished = self.persons.finish()
                log.info("retention", erasures=finished, **gone)
        except Exception:
            # Tomorrow is another day; mail goes out all the same.
            log.exception("retention_failed")

    def _due(self) -> bool:
        """Whether it is time; asked often, so it keeps no writer waiting."""
        now = self._clock.now()
        with reading(self._engine) as connection:
            if not person.due(connection, RETENTION, now, EVERY):
                return False
        with writing(self._engine) as connection:
            return person.begin(connection, RETENTION, now, EVERY)


def _mails(given: Bounces) -> KeptMails | None:
    if given.kind == "imap":
        return imap(given)
    if given.path is None or given.kind not in {"maildir", "mbox"}:
        return None
    return KeptMaildir(given.path) if given.kind == "maildir" else KeptMbox(given.path)
