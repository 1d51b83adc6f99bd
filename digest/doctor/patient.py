"""What the checks look at: the settings as they are, and every part that they ask questions of.

Each part is handed in, so that a test can hand in a name server, a relay or a machine of its own.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import Engine

from digest.config import Settings
from digest.doctor.dns import Dns
from digest.doctor.machine import Machine
from digest.doctor.web import Web
from digest.errors import ConfigError
from digest.protocols import Clock
from digest.sources.fetch import FetchedBody


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """The database, and what would be done to it."""

    engine: Engine
    #: the migrations that are still to run
    pending: Callable[[], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """One newsroom's installation."""

    #: config.toml
    file: Path
    #: the settings, or why there are none
    given: Settings | ConfigError
    clock: Clock
    machine: Machine
    #: made when it is asked for: that opens nothing yet
    database: Callable[[], Database]
    #: compiles a template of mail. Raises TemplateError
    compile: Callable[[str], None]
    #: reads an address as sources are read. Raises SourceError
    fetch: Callable[[str], FetchedBody]
    dns: Callable[[], Dns]
    web: Web
    #: for mail servers; None: the system's certificate authorities
    tls: ssl.SSLContext | None = None
    #: the names of the letters' templates, beside the editions'
    letters: tuple[str, ...] = ()

    @property
    def settings(self) -> Settings:
        """Raises ConfigError where config.toml cannot be used."""
        if isinstance(self.given, ConfigError):
            raise self.given
        return self.given
