"""Wires the parts together; nothing else does. With readers.py alone it knows ``subscribers``."""

import threading
from collections.abc import Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

import subscribers
from digest import readers, segmenting, tables
from digest.clock import SystemClock
from digest.config import Settings
from digest.equipment import Equipment
from digest.own_secrets import OwnSecrets
from digest.protocols import Audience, Clock
from digest.schedule.jump import Watch
from digest.store.engine import make_engine

if TYPE_CHECKING:
    import jinja2
    from sqlalchemy.engine import Engine
    from starlette.routing import BaseRoute

    from digest.accounts import Accounts
    from digest.api import Api
    from digest.curate.classify import Classifier
    from digest.following import Following
    from digest.joined import Joined
    from digest.keeping import Keeper
    from digest.listening import Listening
    from digest.newsroom import Newsroom
    from digest.pages import Pages
    from digest.rights import Rights
    from digest.steps.count_received import Counting
    from digest.steps.installation import Installation
    from digest.steps.parts import Parts
    from digest.steps.posts import Messenger
    from digest.watching import Watching


class App:
    """One newsroom's digest: its settings and, made on first use, its parts."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        #: set when the process is to end: the batch at work is finished, no other is begun
        self.stopping = threading.Event()

    # --- the database

    @cached_property
    def engine(self) -> "Engine":
        """The database of both packages."""
        made = make_engine(self.settings.database.url)
        subscribers.Departures(self.settings.backup.journal, self.clock.now).keep(made)
        return made

    def close(self) -> None:
        """Let go of the database."""
        if "engine" in self.__dict__:
            self.engine.dispose()

    @cached_property
    def keeper(self) -> "Keeper":
        """Backups, restores and moves."""
        from digest.keeping import Keeper

        return Keeper(
            self.settings,
            self.engine,
            self.clock,
            lambda: self.secrets.pepper,
            self._equipment.editions,
        )

    def migrate(self, *, backup: bool = True) -> None:
        """Bring all tables to the newest version; a backup is made before."""
        tables.migrate(self.engine, lambda: self.keeper.before_migrating() if backup else None)

    def pending_migrations(self) -> list[str]:
        """What ``migrate`` would do."""
        return tables.pending(self.engine)

    @cached_property
    def installation(self) -> "Installation":
        """Whether the database belongs here."""
        from digest.steps.installation import Installation, machine

        given, folder = self.settings.database, self.settings.sending.outbox.parent
        return Installation(
            engine=self.engine,
            folder=folder,
            now=self.clock.now,
            instance=given.instance,
            machine=machine(),
        )

    @cached_property
    def watching(self) -> "Watching":
        """What tells how this process and the line are."""
        from digest.watching import Watching

        return Watching(self.settings, lambda: self.engine, self.clock)

    # --- the parts

    @cached_property
    def newsroom(self) -> "Newsroom":
        """The line as people use it."""
        from digest.newsroom import Newsroom

        return Newsroom(self.parts)

    @cached_property
    def parts(self) -> "Parts":
        """Everything the steps of the line use. Raises ConfigError."""
        segmenting.check(self.settings, lambda: self.segments)
        return self._equipment.parts

    @cached_property
    def _equipment(self) -> Equipment:
        return Equipment(
            settings=self.settings,
            engine=self.engine,
            clock=self.clock,
            secrets=self.secrets,
            people=lambda: self.people,
            audience=self._audience,
            installation=self.installation,
            owner=self.watching.owner,
            meter=self.watching.meter,
            watch=Watch() if isinstance(self.clock, SystemClock) else None,
            stopping=self.stopping.is_set,
        )

    def classifier(self, country: str | None) -> "Classifier":
        """Classifies by this newsroom's rules, as if it were at home in ``country``."""
        return self._equipment.classifier(country)

    @cached_property
    def listening(self) -> "Listening":
        """All that tells of mail that was sent."""
        from digest.listening import Listening

        told = self.settings, self.engine, self.clock, self.people, self.secrets.marks
        return Listening(*told, self.watching.meter)

    # --- subscribers: the front door

    def _audience(self) -> Audience:
        # After a change of secret every subscription needs a key made of the new one.
        self.people.issue_leave_keys()
        return self.people

    @cached_property
    def people(self) -> "subscribers.Subscribers":
        """The people, behind their one door."""
        return subscribers.Subscribers(
            self.engine, self._keys, self._catalogue("en"), self.segments
        )

    @cached_property
    def rights(self) -> "Rights":
        """What people may ask of a newsroom that holds their data."""
        from digest.rights import Rights

        theirs = subscribers.Rights(self.engine, self.people.segments)
        return Rights(
            self.settings, self.engine, self.clock, theirs, self.secrets.marks, self._voice
        )

    @cached_property
    def segments(self) -> "subscribers.Segments":
        """Those of config.toml and those saved."""
        catalogue, now = self._catalogue("en"), self.clock.now
        return segmenting.segments(self.settings, self.engine, catalogue, now)

    def _catalogue(self, tag: str) -> "subscribers.Catalogue":
        return readers.catalogue(self.settings, self._equipment.views, tag)

    def _voice(self, wanted: Sequence[str]) -> "subscribers.Voice":
        return readers.voice(self.settings, self._equipment.views, wanted)

    def add_subscriber(self, address: str, slugs: frozenset[str], consent: str, name: str) -> int:
        """Add one person who said yes at ``consent``; returns their id."""
        who = readers.Joiner(address, slugs, consent, name)
        return readers.add(self.people, who, self.clock.now())

    def bring(self, how: readers.Bringing) -> "subscribers.ImportReport":
        """Import a CSV, or what another system exported. Mails nobody."""
        return readers.bring(self.people, how, self.clock.now())

    @cached_property
    def secrets(self) -> OwnSecrets:
        """What we sign with."""
        return OwnSecrets(self.settings)

    @cached_property
    def _keys(self) -> "subscribers.Keys":
        return subscribers.Keys(
            leave=tuple(
                subscribers.LeaveSecret(one.id, one.derived("leave").hex())
                for one in self.secrets.signing
            ),
            manage=tuple(one.hex() for one in self.secrets.derived("manage")),
            pepper=self.secrets.pepper,
        )

    @cached_property
    def joined(self) -> "Joined":
        """Sign-up, links and the letters that people get."""
        from digest.joined import Joined

        offer, keys = self._catalogue("en"), self._keys
        return Joined(self.settings, self.engine, keys, self.clock, offer, self._voice)

    @cached_property
    def messenger(self) -> "Messenger":
        """Posts alerts and heartbeats."""
        from digest.telling import messenger

        return messenger(self.settings, self.clock, lambda: self.parts)

    # --- running

    def tick(self, *, sending: bool = True) -> None:
        """Do what is due now; ``sending`` false: batches are left to ``work``."""
        self.listening.look()
        self.walk(sending=sending)
        self.rights.daily()
        self.joined.post(self.parts)
        self.messenger.tell()

    def walk(self, *, sending: bool) -> None:
        """Walk the line, with what was heard of earlier mail."""
        from digest import pipeline

        with self.watching.walking():
            self.listening.heed()
            pipeline.tick(self.parts, sending=sending)
            self._counting.look()
        self.messenger.well()

    @cached_property
    def _counting(self) -> "Counting":
        return segmenting.counting(self.engine, self.clock)

    def work(self) -> None:
        """Send batches, and settle what died here, until ``stopping`` is set."""
        from digest.steps.share import BatchWorker, tend

        parts = self.parts
        do = self.watching.at_work(BatchWorker(parts), partial(tend, parts))
        parts.queue.work(*do, self.stopping)

    # --- pages

    @cached_property
    def pages(self) -> "Pages":
        """What is shown in a browser."""
        from digest.config.editions import topic_names
        from digest.pages import Pages
        from digest.reader_care import ReaderCare

        choices = {
            "region": self._equipment.region_names("en"),
            "topic": topic_names(self.settings),
            "segment": segmenting.Names(lambda: self.segments),
        }
        return Pages(
            self.settings,
            self.newsroom,
            choices,
            self._readers_own,
            lambda: readers.a_preference_page(self.people, self.parts.editions, self.clock.now()),
            self.accounts,
            ReaderCare(self.accounts.house, self.people, self.rights, self.newsroom),
            partial(self.following.report, self.parts),
        )

    @cached_property
    def accounts(self) -> "Accounts":
        """Who works at the desk."""
        from digest.accounts import Accounts

        return Accounts(self.settings, self.engine, self.clock, self.secrets)

    def _readers_own(self, templates: "jinja2.Environment") -> "list[BaseRoute]":
        from digest.steps.foresee import Foreseen

        people, now, foreseen = self.people, self.clock.now, Foreseen(self.parts)
        return [
            *subscribers.routes(people, templates, now, self._voice, foreseen),
            *self.api.routes(),
            *self.joined.routes(templates, self.rights),
            *self.listening.routes(),
            *self.watching.routes(),
            *self.following.routes(templates),
        ]

    @cached_property
    def following(self) -> "Following":
        """What readers find behind the links of mail that has gone."""
        from digest.following import Following

        return Following(self.settings, self.engine, self.clock, self.secrets.links, self.segments)

    @cached_property
    def api(self) -> "Api":
        """For other programs."""
        from digest.api import Api

        return Api(self.settings, self.engine, self.clock, self.people, self._keys)
