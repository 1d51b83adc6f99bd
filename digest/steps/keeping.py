"""What backups, restores and moves need: both packages' tables and the journal beside them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from digest.model import Edition
from digest.protocols import Clock


class Told(Protocol):
    """What the journal says since some moment."""

    @property
    def entries(self) -> Sequence[Mapping[str, Any]]: ...
    @property
    def unreadable(self) -> int:
        """Lines that were cut short."""


class Departures(Protocol):
    """The journal beside the database: who left, what went."""

    def append(self, entries: list[dict[str, Any]]) -> None: ...
    def read(self, since: datetime | None = None) -> Told: ...


class Migrate(Protocol):
    """Brings both packages' tables to the newest version, or to one; not the queue's."""

    def __call__(self, engine: Engine, to: Mapping[str, str] | None = None) -> None: ...


class Reapplied(Protocol):
    """What was done again to the people of a copy."""

    left: int
    suppressed: int
    erased: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """A database with all that is to be kept of it."""

    engine: Engine
    clock: Clock
    #: of both packages, each in the order of its foreign keys
    tables: Sequence[sa.Table]
    migrate: Migrate
    #: package → the migration that a database stands at
    revisions: Callable[[Engine], Mapping[str, str]]
    #: tells one pepper from another
    pepper: str
    journal: Departures
    #: does again what people asked for
    reapply: Callable[[Engine, Sequence[Mapping[str, Any]]], Reapplied]
    #: says of a database, for whom and why, that it belongs here and what went from it is settled
    adopt: Callable[[Engine, str, str], None]
    editions: Callable[[], Mapping[str, Edition]]
    #: where large files may stand for a while
    folder: Path
