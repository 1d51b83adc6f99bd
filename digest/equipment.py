"""What the steps of the line work with, made out of the settings when it is first asked for.

For app.py alone, which hands in the people.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING, Protocol

from digest import bundled, reading
from digest.config import Settings
from digest.later import Later
from digest.own_secrets import OwnSecrets
from digest.protocols import Audience, Clock, Source, Transport
from digest.steps.parts import Identity, Parts
from digest.watch.meter import Meter

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from digest.curate.classify import Classifier
    from digest.curate.gazetteer import Gazetteer
    from digest.curate.group import Grouper
    from digest.curate.regions import RegionView
    from digest.deliver.queue import Queue
    from digest.deliver.routes import Route
    from digest.model import Edition, SourceWeight, SubscriberId
    from digest.preflight import Standard
    from digest.render.render import Renderer
    from digest.schedule.jump import Watch
    from digest.sources.look import Looker
    from digest.steps.installation import Installation
    from digest.steps.probe import Probe
    from digest.store.pools import Pools


class People(Audience, Protocol):
    """Those who get the mail."""

    def domains(self, who: "Sequence[SubscriberId]") -> "Mapping[SubscriberId, str]":
        """Their receiving domains."""
        ...


@dataclass
class Equipment:
    """Makes each part once. Every part raises ConfigError where its settings do not fit."""

    settings: Settings
    engine: "Engine"
    clock: Clock
    secrets: OwnSecrets
    people: Callable[[], People]
    #: called before somebody is mailed
    audience: Callable[[], Audience]
    installation: "Installation"
    owner: str
    meter: Meter
    watch: "Watch | None"
    stopping: Callable[[], bool]

    @cached_property
    def parts(self) -> Parts:
        """All of it."""
        from digest.config.sending import alert_rules, sending_rules

        secrets = self.secrets
        return Parts(
            engine=self.engine,
            clock=self.clock,
            sources=Later(self._sources),
            weights=Later(self._weights),
            editions=Later(self.editions),
            classifier=Later(lambda: self.classifier(self.settings.regions.home)),
            renderer=Later(self.renderer),
            audience=Later(self.audience),
            transport=Later(lambda: self._ways[0]),
            routes=Later(lambda: self._ways[1]),
            queue=Later(self._queue),
            domains=lambda who: self.people().domains(who),
            identity=self._identity(),
            copies=Later(lambda: secrets.copies),
            links=Later(lambda: secrets.links),
            marks=Later(lambda: secrets.marks),
            reviews=Later(lambda: secrets.reviews),
            names=cache(self._names),
            read=reading.reader(self.settings, self.clock),
            every=timedelta(minutes=self.settings.gather.every_minutes),
            journals=self.settings.sending.outbox.parent / "journals",
            owner=self.owner,
            meter=self.meter,
            watch=self.watch,
            installation=self.installation,
            alert_rules=alert_rules(self.settings.alerts),
            alert_to=self.settings.alerts.to,
            pools=Later(_pools),
            rules=sending_rules(self.settings.sending),
            stopping=self.stopping,
            standard=Later(self._standard),
            # Made when they are called for the first time.
            probe=lambda addresses: self._probe(addresses),  # noqa: PLW0108
            look=lambda stories: self._look(stories),  # noqa: PLW0108
            grouper=Later(_grouper),
        )

    # --- what readers choose from

    @cached_property
    def views(self) -> "tuple[RegionView, ...]":
        """The regions, in readers' order."""
        from digest.config.editions import region_views
        from digest.curate import areas, regions

        given = self.settings.regions
        return regions.views(given.preset, region_views(given), areas.load())

    def region_names(self, language: str) -> dict[str, str]:
        """What the readers of a language call them."""
        from digest.config.editions import region_names

        return region_names(self.views, self.settings.regions, language)

    def _names(self, language: str) -> dict[str, str]:
        from digest.config.editions import take_names, topic_names

        sources = {f"source/{one.name}": one.title for one in self.settings.sources}
        choices = self.region_names(language) | topic_names(self.settings, language)
        return choices | take_names(language) | sources

    def editions(self) -> "dict[str, Edition]":
        """By slug."""
        from digest.config.editions import editions

        return editions(self.settings, self.views)

    # --- what stories are read by

    def _sources(self) -> dict[str, Source]:
        from digest.sources.build import build

        return build(self.settings)

    def _weights(self) -> "Mapping[str, SourceWeight]":
        from digest.config.editions import source_weights

        return source_weights(self.settings)

    @cached_property
    def _gazetteer(self) -> "Gazetteer":
        from digest.curate import gazetteer

        return gazetteer.load()

    def classifier(self, country: str | None) -> "Classifier":
        """Classifies by this newsroom's rules, as if it were at home in ``country``."""
        from digest.curate import home, topics
        from digest.curate.classify import Classifier, Rules

        given = self.settings
        return Classifier(
            home.with_towns(self._gazetteer, country) if country else self._gazetteer,
            topics.load(),
            self.views,
            Rules(regions=given.regions.rules, topics=given.topics.rules),
            country,
        )

    @cached_property
    def _look(self) -> "Looker":
        from digest.sources.look import Looker

        return Looker(self.settings, self.clock.now)

    # --- what mail is made of

    def renderer(self) -> "Renderer":
        """Makes mail of content."""
        from digest.config.brand import brand
        from digest.render.render import Renderer

        own = self.settings.templates
        folders = [own] if own else []
        return Renderer([*folders, bundled.templates("email")], brand(self.settings))

    def _identity(self) -> Identity:
        given = self.settings
        return Identity(
            from_=given.sending.from_ or f"{given.newsroom.name} <digest@localhost>",
            reply_to=given.sending.reply_to,
            public_url=given.web.public_url,
            precedence=given.sending.precedence,
            unsubscribe_mailto=given.sending.unsubscribe_mailto,
        )

    def _standard(self) -> "Standard":
        from digest.config.standard import standard

        return standard(self.settings)

    @cached_property
    def _probe(self) -> "Probe":
        from digest.steps.probe import Probe

        return Probe(self.settings.gather.contact, self.settings.gather.allow_private)

    # --- its way out

    @cached_property
    def _ways(self) -> "tuple[Transport, Sequence[Route]]":
        from digest.deliver.build import build

        return build(
            self.settings,
            self.engine,
            self.clock,
            self.stopping,
            lambda: self.secrets.derived("verp")[0],
            self.meter,
        )

    def _queue(self) -> "Queue":
        from digest.deliver.queues import schema
        from digest.deliver.queues.embedded import Embedded

        lanes = sum(route.lanes for route in self._ways[1])
        if not schema.used(self.engine):
            return Embedded(engine=self.engine, clock=self.clock, lanes=lanes)
        from digest.deliver.queues.postgres import Procrastinate  # only with the extra `postgres`

        return Procrastinate(self.engine, lanes=lanes)


def _pools() -> "Pools":
    from digest.store.pools import Pools

    return Pools()


def _grouper() -> "Grouper":
    from digest.curate.group import Grouper

    return Grouper()
