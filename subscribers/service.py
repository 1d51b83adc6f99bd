"""``Subscribers``: all that the rest of the product can ask of this package."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from subscribers import (
    address,
    audience,
    feedback,
    importing,
    leaving,
    letters,
    preferences,
    store,
    suppression,
    tokens,
)
from subscribers.enrolment import Registrar, enrol
from subscribers.errors import BadAddressError, BadTokenError, SuppressedError, UnknownError
from subscribers.given import Reading
from subscribers.model import (
    Catalogue,
    Choice,
    Consent,
    ConsentAction,
    EnrolmentOutcome,
    Entry,
    Member,
    Preferences,
    Reader,
    Recipient,
)
from subscribers.segment_parse import closest
from subscribers.segment_sql import mailable
from subscribers.segments import Filter
from subscribers.store import reading
from subscribers.tables import subscriber
from subscribers.transfer import ImportReport
from subscribers.undo import Undo
from subscribers.values import person_name
from subscribers.why import Why, why

#: subscriptions that get their leave keys in one transaction
KEY_RUN = 5000


class Subscribers:
    """The people, behind one front door. Safe to share between threads."""

    def __init__(
        self,
        engine: Engine,
        keys: tokens.Keys,
        catalogue: Catalogue,
        segments: Mapping[str, Filter],
    ) -> None:
        self.catalogue = catalogue
        self.segments = segments
        self.undo = Undo(engine, keys)
        self._engine = engine
        self._keys = keys

    def readers(
        self,
        edition: str,
        segments: Sequence[str],
        asked: Sequence[str],
        days: frozenset[int],
        now: datetime,
        *,
        extra: bool = False,
    ) -> Iterator[Reader]:
        """Who is to get an issue of ``edition`` now, by subscriber id, read in pages.

        See ``audience.Target``. Each tells which of the ``asked`` segments they are in. Raises
        UnknownError.
        """
        return audience.readers(
            self._engine,
            self._target(edition, segments, days, now, extra=extra),
            {one: self._segment(one) for one in asked},
        )

    def reader(self, who: int, asked: Sequence[str]) -> Reader:
        """One person as ``readers`` tells of them, due or not. Raises UnknownError."""
        found = audience.reader(self._engine, who, {one: self._segment(one) for one in asked})
        if found is None:
            raise UnknownError(f"there is no subscriber {who}")
        return found

    def excluded(
        self,
        edition: str,
        segments: Sequence[str],
        days: frozenset[int],
        now: datetime,
        *,
        extra: bool = False,
    ) -> Mapping[str, int]:
        """How many subscribers of the edition are left out, by ``Exclusion``."""
        target = self._target(edition, segments, days, now, extra=extra)
        return audience.excluded(self._engine, target)

    def recipients(
        self, edition: str, subscribers: Sequence[int], now: datetime
    ) -> Mapping[int, Recipient | str]:
        """Address and links for each, or the ``Exclusion`` that forbids it. Only reads."""
        return audience.recipients(self._engine, edition, subscribers, self._keys, now)

    def domains(self, subscribers: Sequence[int]) -> Mapping[int, str]:
        """The receiving domain of each, never with the address. Only reads."""
        return audience.domains(self._engine, subscribers)

    def add(
        self,
        email: str,
        *,
        consent: Consent,
        editions: frozenset[str],
        now: datetime,
        actor: str,
        name: str = "",
    ) -> int:
        """Add one person by hand, or add editions to one; returns their id. Mails nobody.

        Raises BadAddressError and SuppressedError.
        """
        entry = Entry(
            address=address.parse(email),
            consent=consent,
            editions=editions,
            name=person_name(name),
        )
        registrar = Registrar(keys=self._keys, now=now, action=ConsentAction.GIVEN, actor=actor)
        with self._engine.begin() as connection:
            (result,) = enrol(connection, [entry], registrar)
        if result.outcome is EnrolmentOutcome.SUPPRESSED or result.subscriber is None:
            raise SuppressedError
        return result.subscriber

    def import_csv(
        self,
        stream: BinaryIO,
        *,
        now: datetime,
        actor: str,
        default_editions: frozenset[str] = frozenset(),
        reading: Reading | None = None,
        dry_run: bool = False,
    ) -> ImportReport:
        """Import a CSV (see rows.py for its columns). Mails nobody.

        Raises UnreadableFileError if the file cannot be begun.
        """
        asked = self._asked(now, actor, reading or Reading(), default_editions, dry_run=dry_run)
        return asked.csv(stream)

    def import_export(
        self,
        path: Path,
        system: str,
        *,
        now: datetime,
        actor: str,
        reading: Reading,
        leavers_only: bool = False,
        dry_run: bool = False,
    ) -> ImportReport:
        """Import what another system (one of ``FORMATS``) exported. Mails nobody.

        Who left there, or could not be reached, is suppressed here; with ``leavers_only`` nothing
        else is done, so that it can be repeated while both systems run. Raises
        UnreadableFileError and OSError.
        """
        asked = self._asked(now, actor, reading, reading.editions, dry_run=dry_run)
        return asked.export(path, system, leavers_only=leavers_only)

    def _asked(
        self,
        now: datetime,
        actor: str,
        reading: Reading,
        editions: frozenset[str],
        *,
        dry_run: bool,
    ) -> importing.Asked:
        return importing.Asked(
            engine=self._engine,
            keys=self._keys,
            catalogue=self.catalogue,
            now=now,
            actor=actor,
            reading=reading,
            editions=editions,
            dry_run=dry_run,
        )

    def leave_by_key(
        self, key: str, now: datetime, *, everything: bool = False, actor: str = "mail client"
    ) -> bool:
        """Leave the edition whose mail carried this key, or all. False if no mail ever did."""
        click = leaving.Click(key=key, everything=everything, actor=actor)
        return self.leave_by_keys([click], now)[0]

    def leave_by_keys(self, clicks: Sequence[leaving.Click], now: datetime) -> list[bool]:
        """``leave_by_key`` for many in one transaction."""
        with self._engine.begin() as connection:
            return leaving.leave_by_keys(connection, clicks, now)

    def preferences_of(self, token: str, now: datetime) -> Preferences:
        """What the preference page shows. Raises BadTokenError."""
        who = tokens.read_manage_token(self._keys, token, now)
        with reading(self._engine) as connection:
            found = preferences.load(connection, who, now)
        if found is None:
            raise BadTokenError
        return found

    def set_preferences(self, token: str, choice: Choice, now: datetime) -> None:
        """Make it as the person chose, of what the catalogue offers. Raises BadTokenError."""
        who = tokens.read_manage_token(self._keys, token, now)
        offer, keys = self.catalogue, self._keys
        with self._engine.begin() as connection:
            preferences.save(connection, who, choice, offer=offer, keys=keys, now=now)

    def ask_link(self, token: str, language: str, now: datetime) -> None:
        """Have fresh links written to the person, once in ten minutes. Raises BadTokenError."""
        who = self.preferences_of(token, now).subscriber
        with self._engine.begin() as connection:
            letters.write_link(connection, who, language=language, now=now)

    def leave_all(self, token: str, now: datetime) -> None:
        """Leave every edition. Raises BadTokenError."""
        who = self.preferences_of(token, now).subscriber
        with self._engine.begin() as connection:
            preferences.leave_everything(connection, who, now)

    def find(self, email: str) -> int | None:
        """The id of the person with this address. Raises BadAddressError."""
        key = address.parse(email).key
        with reading(self._engine) as connection:
            query = sa.select(subscriber.c.id).where(subscriber.c.email_key == key)
            return connection.scalar(query)

    def by_address(self, told: str) -> int | None:
        """``find`` for what others write: None too where it is no address."""
        try:
            return self.find(told)
        except BadAddressError:
            return None

    def preferences_path(self, who: int, now: datetime) -> str:
        """``/p/<token>``: a person's preference page, for 30 days."""
        return f"/p/{tokens.manage_token(self._keys, who, now)}"

    def count(self, segment: str) -> int:
        """How many people of a segment may be mailed at all. Raises UnknownError."""
        within = mailable(self._segment(segment))
        query = sa.select(sa.func.count()).select_from(subscriber).where(within)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one()

    def members(self, segment: str) -> Iterator[Member]:
        """The people whom ``count`` counts, by id. Raises UnknownError."""
        return store.members(self._engine, mailable(self._segment(segment)))

    def active_by_edition(self) -> Mapping[str, int]:
        """How many active subscriptions each edition has."""
        with reading(self._engine) as connection:
            return store.active_by_edition(connection)

    def why(self, who: int) -> Why:
        """All that is known of a person, and why. Raises UnknownError."""
        with reading(self._engine) as connection:
            found = why(connection, who, self.segments)
        if found is None:
            raise UnknownError(f"there is no subscriber {who}")
        return found

    def suppress(
        self, who: int, *, reason: str, now: datetime, scope: str = suppression.EVERYWHERE
    ) -> None:
        """Promise never to mail this person, for an edition or at all. Raises UnknownError."""
        with self._engine.begin() as connection:
            hashed = connection.scalar(
                sa.select(subscriber.c.address_hash).where(subscriber.c.id == who)
            )
            if hashed is None:
                raise UnknownError(f"there is no subscriber {who}")
            suppression.suppress(connection, hashed, reason=reason, scope=scope, now=now)

    def bounced(self, notices: Sequence[feedback.Notice]) -> None:
        """No mail reaches these people: suppress their addresses."""
        with self._engine.begin() as connection:
            feedback.bounced(connection, notices)

    def complained(self, notices: Sequence[feedback.Notice]) -> None:
        """These people called it spam: suppress their addresses, and leave everything."""
        with self._engine.begin() as connection:
            feedback.complained(connection, notices)

    def unsubscribed(self, notices: Sequence[feedback.Notice]) -> None:
        """These people left the edition of the mail; everything, where it names none."""
        with self._engine.begin() as connection:
            feedback.unsubscribed(connection, notices)

    def issue_leave_keys(self) -> int:
        """Keep keys of the newest leave secret for subscriptions that have none; returns how many.

        To be called at start: only after a change of secret has it anything to do.
        """
        issued = 0
        while True:
            with self._engine.begin() as connection:
                missing = leaving.without_leave_key(connection, self._keys, KEY_RUN)
                leaving.store_leave_keys(connection, self._keys, missing)
            issued += len(missing)
            if len(missing) < KEY_RUN:
                return issued

    def _target(
        self,
        edition: str,
        segments: Sequence[str],
        days: frozenset[int],
        now: datetime,
        *,
        extra: bool,
    ) -> audience.Target:
        meant = tuple(map(self._segment, segments))
        return audience.Target(edition=edition, segments=meant, days=days, now=now, extra=extra)

    def _segment(self, name: str) -> Filter:
        try:
            return self.segments[name]
        except KeyError:
            near = closest(name, self.segments)
            raise UnknownError(f"there is no segment {name!r}; {near}") from None
