"""Wires the parts together; nothing else does. With readers.py alone it knows ``subscribers``."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from functools import cache, cached_property, partial

import jinja2
from sqlalchemy.engine import Engine
from starlette.routing import BaseRoute

import subscribers
from digest import bundled, pipeline, readers, reading, segmenting
from digest.accounts import Accounts
from digest.api import Api
from digest.config import Settings
from digest.config.brand import brand
from digest.config.editions import (
    editions,
    region_names,
    region_views,
    source_weights,
    take_names,
    topic_names,
)
from digest.config.sending import alert_rules, sending_rules
from digest.config.standard import standard
from digest.curate import gazetteer, home, regions, topics
from digest.curate.classify import Classifier, Rules
from digest.deliver.queue import Queue
from digest.deliver.queues import schema as queue_schema
from digest.deliver.queues.embedded import Embedded
from digest.deliver.routes import Route
from digest.following import Following
from digest.joined import Joined
from digest.listening import Listening
from digest.newsroom import Newsroom
from digest.own_secrets import OwnSecrets
from digest.pages import Pages
from digest.protocols import Audience, Clock, Source, Transport
from digest.reader_care import ReaderCare
from digest.render.render import Renderer
from digest.rights import Rights
from digest.sources.look import Looker
from digest.steps.count_received import Counting
from digest.steps.foresee import Foreseen
from digest.steps.parts import Identity, Parts
from digest.steps.posts import Messenger
from digest.steps.probe import Probe
from digest.steps.share import BatchWorker, tend
from digest.store import engine as database
from digest.store import migrations
from digest.telling import messenger
from digest.watching import Watching

#: for the command line, which must not know the package
SubscribersError = subscribers.SubscribersError
ImportReport = subscribers.ImportReport
Bringing = readers.Bringing
write_members = subscribers.write_members
csv_row = subscribers.csv_row


class App:
    """One newsroom's digest: its settings and, made on first use, its parts."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        #: set when the process is to end: the batch at work is finished, no other is begun
        self.stopping = threading.Event()

    # --- the database

    @cached_property
    def engine(self) -> Engine:
        """The database of both packages."""
        return database.make_engine(self.settings.database.url)

    def migrate(self) -> None:
        """Bring both packages' tables to the newest version."""
        with database.one_at_a_time(self.engine):
            migrations.migrate(self.engine)
            subscribers.migrate(self.engine)
            queue_schema.migrate(self.engine)

    def pending_migrations(self) -> list[str]:
        """What ``migrate`` would do."""
        steps = (migrations, subscribers, queue_schema)
        return [one for step in steps for one in step.pending(self.engine)]

    @cached_property
    def watching(self) -> Watching:
        """What tells how this process and the line are."""
        return Watching(self.settings, lambda: self.engine, self.clock)

    # --- the parts

    @cached_property
    def newsroom(self) -> Newsroom:
        """The line as people use it."""
        return Newsroom(self.parts)

    @cached_property
    def parts(self) -> Parts:
        """Everything the steps of the line use. Raises ConfigError."""
        segmenting.check(self.settings, lambda: self.segments)
        return Parts(
            engine=self.engine,
            clock=self.clock,
            sources=self._sources,
            weights=source_weights(self.settings),
            editions=editions(self.settings, self._views),
            classifier=self._classifier,
            renderer=self._renderer,
            audience=self._audience,
            transport=self._ways[0],
            routes=self._ways[1],
            domains=self.people.domains,
            identity=self._identity,
            copies=self.secrets.copies,
            links=self.secrets.links,
            marks=self.secrets.marks,
            reviews=self.secrets.reviews,
            names=cache(self._names),
            read=reading.reader(self.settings, self.clock),
            every=timedelta(minutes=self.settings.gather.every_minutes),
            journals=self.settings.sending.outbox.parent / "journals",
            owner=self.watching.owner,
            meter=self.watching.meter,
            queue=self._queue,
            alert_to=self.settings.alerts.to,
            alert_rules=alert_rules(self.settings.alerts),
            rules=sending_rules(self.settings.sending),
            standard=standard(self.settings),
            probe=Probe(self.settings.gather.contact, self.settings.gather.allow_private),
            stopping=self.stopping.is_set,
            look=Looker(self.settings, self.clock.now),
        )

    @cached_property
    def _views(self) -> tuple[regions.RegionView, ...]:
        given = self.settings.regions
        return regions.views(given.preset, region_views(given), self._gazetteer)

    def _region_names(self, language: str) -> dict[str, str]:
        return region_names(self._views, self.settings.regions, language)

    def _names(self, language: str) -> dict[str, str]:
        sources = {f"source/{one.name}": one.title for one in self.settings.sources}
        choices = self._region_names(language) | topic_names(self.settings, language)
        return choices | take_names(language) | sources

    @cached_property
    def _gazetteer(self) -> gazetteer.Gazetteer:
        return gazetteer.load()

    @cached_property
    def _classifier(self) -> Classifier:
        return self.classifier(self.settings.regions.home)

    def classifier(self, country: str | None) -> Classifier:
        """Classifies by this newsroom's rules, as if it were at home in ``country``."""
        given = self.settings
        return Classifier(
            home.with_towns(self._gazetteer, country) if country else self._gazetteer,
            topics.load(),
            self._views,
            Rules(regions=given.regions.rules, topics=given.topics.rules),
            country,
        )

    @cached_property
    def _renderer(self) -> Renderer:
        own = self.settings.templates
        folders = [own] if own else []
        return Renderer([*folders, bundled.templates("email")], brand(self.settings))

    @cached_property
    def _identity(self) -> Identity:
        given = self.settings
        return Identity(
            from_=given.sending.from_ or f"{given.newsroom.name} <digest@localhost>",
            reply_to=given.sending.reply_to,
            public_url=given.web.public_url,
            precedence=given.sending.precedence,
            unsubscribe_mailto=given.sending.unsubscribe_mailto,
        )

    @cached_property
    def listening(self) -> Listening:
        """All that tells of mail that was sent."""
        told = self.settings, self.engine, self.clock, self.people, self.secrets.marks
        return Listening(*told, self.watching.meter)

    @cached_property
    def _sources(self) -> dict[str, Source]:
        from digest.sources.build import build  # keeps feed parsers out of every other command

        return build(self.settings)

    @cached_property
    def _ways(self) -> tuple[Transport, Sequence[Route]]:
        from digest.deliver.build import build

        secrets = self.secrets
        return build(
            self.settings,
            self.engine,
            self.clock,
            self.stopping.is_set,
            lambda: secrets.derived("verp")[0],
            self.watching.meter,
        )

    @cached_property
    def _queue(self) -> Queue:
        lanes = sum(route.lanes for route in self._ways[1])
        if not queue_schema.used(self.engine):
            return Embedded(engine=self.engine, clock=self.clock, lanes=lanes)
        from digest.deliver.queues.postgres import Procrastinate  # only with the extra `postgres`

        return Procrastinate(self.engine, lanes=lanes)

    # --- subscribers: the front door

    @cached_property
    def _audience(self) -> Audience:
        # After a change of secret every subscription needs a key made of the new one.
        self.people.issue_leave_keys()
        return self.people

    @cached_property
    def people(self) -> subscribers.Subscribers:
        """The people, behind their one door."""
        return subscribers.Subscribers(
            self.engine, self._keys, self._catalogue("en"), self.segments
        )

    @cached_property
    def rights(self) -> Rights:
        """What people may ask of a newsroom that holds their data."""
        theirs = subscribers.Rights(self.engine, self.people.segments)
        return Rights(
            self.settings, self.engine, self.clock, theirs, self.secrets.marks, self._voice
        )

    @cached_property
    def segments(self) -> subscribers.Segments:
        """Those of config.toml and those saved."""
        catalogue, now = self._catalogue("en"), self.clock.now
        return segmenting.segments(self.settings, self.engine, catalogue, now)

    def _catalogue(self, tag: str) -> subscribers.Catalogue:
        return readers.catalogue(self.settings, self._views, tag)

    def _voice(self, wanted: Sequence[str]) -> subscribers.Voice:
        return readers.voice(self.settings, self._views, wanted)

    def add_subscriber(self, address: str, slugs: frozenset[str], consent: str, name: str) -> int:
        """Add one person who said yes at ``consent``; returns their id."""
        who = readers.Joiner(address, slugs, consent, name)
        return readers.add(self.people, who, self.clock.now())

    def bring(self, how: readers.Bringing) -> ImportReport:
        """Import a CSV, or what another system exported. Mails nobody."""
        return readers.bring(self.people, how, self.clock.now())

    @cached_property
    def secrets(self) -> OwnSecrets:
        """What we sign with."""
        return OwnSecrets(self.settings)

    @cached_property
    def _keys(self) -> subscribers.Keys:
        return subscribers.Keys(
            leave=tuple(
                subscribers.LeaveSecret(one.id, one.derived("leave").hex())
                for one in self.secrets.signing
            ),
            manage=tuple(one.hex() for one in self.secrets.derived("manage")),
            pepper=self.secrets.pepper,
        )

    @cached_property
    def joined(self) -> Joined:
        """Sign-up, links and the letters that people get."""
        offer, keys = self._catalogue("en"), self._keys
        return Joined(self.settings, self.engine, keys, self.clock, offer, self._voice)

    @cached_property
    def messenger(self) -> Messenger:
        """Posts alerts and heartbeats."""
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
        with self.watching.walking():
            self.listening.heed()
            pipeline.tick(self.parts, sending=sending)
            self._counting.look()
        self.messenger.well()

    @cached_property
    def _counting(self) -> Counting:
        return segmenting.counting(self.engine, self.clock)

    def work(self) -> None:
        """Send batches, and settle what died here, until ``stopping`` is set."""
        parts = self.parts
        do = self.watching.at_work(BatchWorker(parts), partial(tend, parts))
        parts.queue.work(*do, self.stopping)

    # --- pages

    @cached_property
    def pages(self) -> Pages:
        """What is shown in a browser."""
        choices = {
            "region": self._region_names("en"),
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
    def accounts(self) -> Accounts:
        """Who works at the desk."""
        return Accounts(self.settings, self.engine, self.clock, self.secrets)

    def _readers_own(self, templates: jinja2.Environment) -> list[BaseRoute]:
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
    def following(self) -> Following:
        """What readers find behind the links of mail that has gone."""
        return Following(self.settings, self.engine, self.clock, self.secrets.links, self.segments)

    @cached_property
    def api(self) -> Api:
        """For other programs."""
        return Api(self.settings, self.engine, self.clock, self.people, self._keys)
