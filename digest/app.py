"""Wires the parts together; nothing else does. With readers.py alone it knows ``subscribers``."""

import os
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cache, cached_property
from importlib.resources import as_file
from secrets import token_hex
from urllib.parse import urlsplit

import jinja2
from sqlalchemy.engine import Engine
from starlette.routing import BaseRoute

import subscribers
from digest import bundled, keys, pipeline, readers, sample
from digest.config import Settings
from digest.config.brand import brand
from digest.config.editions import (
    editions,
    region_names,
    region_views,
    source_weights,
    topic_names,
)
from digest.config.sending import sending_rules
from digest.config.standard import standard
from digest.curate import gazetteer, home, regions, topics
from digest.curate.classify import Classifier, Rules
from digest.deliver.marks import Marks
from digest.errors import ConfigError, ConfigMistake
from digest.listening import Listening
from digest.newsroom import Newsroom
from digest.protocols import Audience, Clock, Source, Transport
from digest.render.render import Renderer
from digest.schedule.days import EVERY_DAY
from digest.steps.parts import Identity, Parts
from digest.steps.probe import Probe
from digest.store import engine as database
from digest.store import migrations
from digest.web import files
from digest.web.desk import DeskPages
from digest.web.server import Address
from digest.web.site import site

#: for the command line, which must not know the package
SubscribersError = subscribers.SubscribersError

#: names that mean this machine
HERE = frozenset({"127.0.0.1", "localhost", "::1"})


class App:
    """One newsroom's digest: its settings and, made on first use, its parts."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self._stopping = threading.Event()

    # --- the database

    @cached_property
    def engine(self) -> Engine:
        """The database of both packages."""
        return database.make_engine(self.settings.database.url)

    def migrate(self) -> None:
        """Bring both packages' tables to the newest version."""
        migrations.migrate(self.engine)
        subscribers.migrate(self.engine)

    def pending_migrations(self) -> list[str]:
        """What ``migrate`` would do."""
        return [*migrations.pending(self.engine), *subscribers.pending(self.engine)]

    # --- the parts

    @cached_property
    def newsroom(self) -> Newsroom:
        """The line as people use it."""
        return Newsroom(self.parts)

    @cached_property
    def parts(self) -> Parts:
        """Everything the steps of the line use."""
        return Parts(
            engine=self.engine,
            clock=self.clock,
            sources=self._sources,
            weights=source_weights(self.settings),
            editions=editions(self.settings, self._views),
            classifier=self._classifier,
            renderer=self._renderer,
            audience=self._audience,
            transport=self._transport,
            identity=self._identity,
            marks=self._marks,
            names=cache(self._names),
            every=timedelta(minutes=self.settings.gather.every_minutes),
            journals=self.settings.sending.outbox.parent / "journals",
            owner=f"{socket.gethostname()[:60]}:{os.getpid()}:{token_hex(6)}",
            alert_to=self.settings.alerts.to,
            rules=sending_rules(self.settings.sending),
            standard=standard(self.settings),
            probe=Probe(self.settings.gather.contact, self.settings.gather.allow_private),
            stopping=self._stopping.is_set,
        )

    @cached_property
    def _views(self) -> tuple[regions.RegionView, ...]:
        given = self.settings.regions
        return regions.views(given.preset, region_views(given), self._gazetteer)

    def _region_names(self, language: str) -> dict[str, str]:
        return region_names(self._views, self.settings.regions, language)

    def _names(self, language: str) -> dict[str, str]:
        sources = {f"source/{one.name}": one.title for one in self.settings.sources}
        return self._region_names(language) | topic_names(self.settings, language) | sources

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
        )

    @cached_property
    def _marks(self) -> Marks:
        return Marks(self.verp_keys)

    @cached_property
    def listening(self) -> Listening:
        """All that tells of mail that was sent."""
        return Listening(self.settings, self.engine, self.clock, self.people, self._marks)

    @cached_property
    def _sources(self) -> dict[str, Source]:
        from digest.sources.build import build  # keeps feed parsers out of every other command

        return build(self.settings)

    @cached_property
    def _transport(self) -> Transport:
        from digest.deliver.transports.build import build

        return build(self.settings)

    # --- subscribers: the front door

    @cached_property
    def _audience(self) -> Audience:
        # After a change of secret every subscription needs a key made of the new one.
        self.people.issue_leave_keys()
        return self.people

    @cached_property
    def people(self) -> subscribers.Subscribers:
        """The people, behind their one door."""
        given = self.settings
        catalogue = self._catalogue("en")
        filters = {
            one.name: one.filter.model_dump(exclude_none=True, by_alias=True)
            for one in given.segments
        }
        return subscribers.Subscribers(
            self.engine, self._keys, catalogue, self._segments(filters, catalogue)
        )

    def _catalogue(self, tag: str) -> subscribers.Catalogue:
        return readers.catalogue(self.settings, self._views, tag)

    def _voice(self, wanted: Sequence[str]) -> subscribers.Voice:
        return readers.voice(self.settings, self._views, wanted)

    def add_subscriber(self, address: str, slugs: frozenset[str], consent: str, name: str) -> int:
        """Add one person who said yes at ``consent``; returns their id."""
        now = self.clock.now()
        return self.people.add(
            address,
            consent=subscribers.Consent(source=consent, at=now),
            editions=slugs,
            now=now,
            actor="command line",
            name=name,
        )

    @staticmethod
    def _segments(
        filters: dict[str, dict[str, object]], catalogue: subscribers.Catalogue
    ) -> dict[str, subscribers.Filter]:
        try:
            return subscribers.parse_segments(filters, catalogue)
        except subscribers.SegmentError as error:
            mistakes = [ConfigMistake(one.key, one.problem) for one in error.mistakes]
            raise ConfigError("config.toml", mistakes) from error

    @cached_property
    def _signing(self) -> tuple[keys.SigningKey, ...]:
        given = self.settings.web.signing_keys.get_secret_value()
        return keys.read_signing(given or self._made(keys.SIGNING))

    def _made(self, name: str) -> str:
        """A secret of our own. Only the outbox gets this far without: config refuses real mail."""
        keys.make(self.settings.secrets)
        return (self.settings.secrets / name).read_text("ascii").strip()

    @cached_property
    def verp_keys(self) -> tuple[bytes, ...]:
        """What bounce addresses are signed with (deliver/verp.py), newest first."""
        return tuple(one.derived("verp") for one in self._signing)

    @cached_property
    def _keys(self) -> subscribers.Keys:
        pepper = self.settings.web.pepper.get_secret_value() or self._made(keys.PEPPER)
        secrets = self._signing
        return subscribers.Keys(
            leave=tuple(
                subscribers.LeaveSecret(one.id, one.derived("leave").hex()) for one in secrets
            ),
            manage=tuple(one.derived("manage").hex() for one in secrets),
            pepper=pepper,
        )

    # --- running

    def tick(self) -> None:
        """Do what is due now."""
        self.listening.look()
        self._walk()

    def _walk(self) -> None:
        self.listening.heed()
        pipeline.tick(self.parts)

    @contextmanager
    def ticking(self, seconds: int) -> Iterator[None]:
        """The daily work in the background, as long as the block lasts."""
        from digest.schedule.clock import ticking

        # Apart, so that a mail server that does not answer keeps no issue waiting.
        with ticking(self.listening.look, seconds), ticking(self._walk, seconds):
            try:
                yield
            finally:
                # The batch at work is finished, no other is begun.
                self._stopping.set()

    # --- pages

    @property
    def _public(self) -> bool:
        """Whether readers reach us by another name than this machine's."""
        return urlsplit(self.settings.web.public_url).hostname not in HERE

    def where(self) -> str:
        """Where the pages answer, for a person."""
        web = self.settings.web
        desk = web.desk_port if self._public else web.port
        told = f"The desk: http://127.0.0.1:{desk}/"
        return f"{told}\nReaders’ pages: {web.public_url}" if self._public else told

    def sites(self) -> list[Address]:
        """What to serve. A proxy forwards readers' pages only: the desk has its own port then."""
        web = self.settings.web
        readers, desk = self._reader_pages(), self._desk_pages()
        if not self._public:
            return [Address(site([*readers, *desk]), web.host, web.port)]
        return [
            Address(site(readers), web.host, web.port),
            Address(site(desk), "127.0.0.1", web.desk_port),
        ]

    @cached_property
    def _templates(self) -> jinja2.Environment:
        own = self.settings.templates
        folders = [*([own.parent / "web"] if own else []), bundled.templates("web")]
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folders),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
        )
        environment.globals["brand"] = self.settings.newsroom.name
        environment.globals["outbox"] = self.settings.sending.transport == "outbox"
        return environment

    def _reader_pages(self) -> list[BaseRoute]:
        styles = files.own(bundled.templates("web"))
        pages = subscribers.routes(self.people, self._templates, self.clock.now, self._voice)
        return [*styles, *pages, *self.listening.routes()]

    @cached_property
    def desk(self) -> DeskPages:
        """The newsroom's own pages."""
        choices = {
            "region": self._region_names("en"),
            "topic": topic_names(self.settings),
            "segment": {one.name: one.name for one in self.settings.segments},
        }
        return DeskPages(self.newsroom, self._templates, choices, self._a_preference_page)

    def _desk_pages(self) -> list[BaseRoute]:
        shown: list[BaseRoute] = [*files.own(bundled.templates("web")), *self.desk.routes()]
        shown += files.outbox(self.settings.sending.outbox)
        with as_file(sample.pictures()) as pictures:
            shown += files.sample(pictures, sample.front_page, sample.page, sample.PAGE_POLICY)
        return shown

    def _a_preference_page(self) -> str | None:
        """The preference page of one subscriber, to look at on a trial."""
        now = self.clock.now()
        if self._public:
            return None
        for slug in self.parts.editions:
            for reader in self.people.readers(slug, (), (), EVERY_DAY, now):
                return self.people.preferences_path(reader.subscriber, now)
        return None
