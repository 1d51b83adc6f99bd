"""move: from SQLite to PostgreSQL, all or nothing; the file stays as it was, and sends no more."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy.engine import Engine

from digest.errors import InvalidError, WrongStateError
from digest.model.backup import Summed
from digest.steps.keeping import Keeping
from digest.store import copying, keeping_tables, place, standstill
from digest.store.alone import alone
from digest.store.copying import Told
from digest.store.engine import make_engine, reading, writing
from digest.store.standstill import Still

log = structlog.get_logger()

HAS_MOVED = "it has moved to PostgreSQL: set [database] url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What came over, table by table, compared on both sides."""

    tables: Mapping[str, Summed]
    seconds: float

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(one.rows for one in self.tables.values())


def move(
    keeping: Keeping, url: str, told: Told = lambda _table, _rows: None, *, dry_run: bool = False
) -> Moved:
    """Copy all of an SQLite database into an empty PostgreSQL one, and stop sending from here.

    Broken off it has changed nothing there; begun again it goes through. Raises WrongStateError
    where the one is not SQLite, or the other not PostgreSQL and empty.
    """
    if keeping.engine.dialect.name != "sqlite":
        raise WrongStateError("only an SQLite database is moved", hint="see docs/backup.md")
    target = make_engine(url)
    if target.dialect.name != "postgresql":
        raise InvalidError("the new place must be a postgresql:// URL")
    try:
        with reading(target) as connection:
            if names := copying.filled(connection, keeping.tables):
                raise WrongStateError(
                    f"{place.NOT_EMPTY}: {', '.join(names[:3])} hold rows",
                    hint="name an empty one: createdb makes it",
                )
        if dry_run:
            with reading(keeping.engine) as connection:
                return Moved(tables=copying.summed(connection, keeping.tables, told), seconds=0)
        with alone(keeping.engine):
            return _move(keeping, target, told)
    finally:
        target.dispose()


def back(keeping: Keeping, who: str) -> bool:
    """Let a database that has moved send again; False where it has not."""
    with writing(keeping.engine) as connection:
        return standstill.end(connection, Still.MOVED, who, keeping.clock.now())


def _move(keeping: Keeping, target: Engine, told: Told) -> Moved:
    began, now = time.monotonic(), keeping.clock.now()
    # First: dying in between must not leave two that send.
    with writing(keeping.engine) as connection:
        still = standstill.stands(connection)
        if still is not None and still.kind is not Still.MOVED:
            raise WrongStateError(f"the database stands still: {still.note}")
        if still is None:
            standstill.say(connection, Still.MOVED, HAS_MOVED, now)
    try:
        with reading(keeping.engine) as connection:
            tables = place.fill(
                target,
                connection,
                keeping.tables,
                keeping.migrate,
                f"{now:%Y%m%dT%H%M%SZ}",
                told,
                # Why it stands still is the file's own affair.
                apart=frozenset({keeping_tables.standstill.name}),
            ).tables
    except BaseException:
        back(keeping, "move")
        raise
    keeping.adopt(target, "move", "it moved here from SQLite")
    log.info("moved", rows=sum(one.rows for one in tables.values()))
    return Moved(tables=tables, seconds=time.monotonic() - began)
