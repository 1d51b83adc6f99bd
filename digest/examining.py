"""Wires what ``digest doctor`` looks at, also where mistakes in config.toml leave no App."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from digest import bundled
from digest.clock import SystemClock
from digest.config.brand import brand
from digest.doctor.dns import Dns
from digest.doctor.machine import this
from digest.doctor.patient import Database, Patient
from digest.doctor.web import Web
from digest.errors import ConfigError
from digest.protocols import Clock
from digest.render.letters import LetterKind
from digest.render.render import Renderer
from digest.sources.build import user_agent
from digest.sources.fetch import FetchedBody, Fetcher
from digest.sources.pace import Pace

if TYPE_CHECKING:
    from digest.app import App


def patient(
    file: Path,
    given: "App | ConfigError",
    clock: Clock | None = None,
    nameserver: str = "",
    port: int = 53,
) -> Patient:
    """What there is to look at; ``nameserver`` is asked instead of the system's."""

    def app() -> "App":
        if isinstance(given, ConfigError):
            raise given
        return given

    @cache
    def renderer() -> Renderer:
        own = app().settings.templates
        folders = [own] if own else []
        return Renderer([*folders, bundled.templates("email")], brand(app().settings))

    def compile_template(name: str) -> None:
        renderer().check(name)

    @cache
    def fetcher() -> Fetcher:
        told = app().settings.gather
        return Fetcher(
            user_agent(told.contact),
            allow_private=told.allow_private,
            deadline=8,
            idle=5,
            pace=Pace(gap=0.05, patience=15),
        )

    def fetch(url: str) -> FetchedBody:
        return fetcher().fetch(url)

    return Patient(
        file=file,
        given=given if isinstance(given, ConfigError) else given.settings,
        clock=clock or (SystemClock() if isinstance(given, ConfigError) else given.clock),
        machine=this(),
        database=cache(lambda: Database(engine=app().engine, pending=app().pending_migrations)),
        compile=compile_template,
        fetch=fetch,
        dns=cache(lambda: Dns(nameserver, port)),
        web=Web(),
        letters=tuple(kind.value for kind in LetterKind),
    )
