"""The database, and who works on it."""

import fcntl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import SQLAlchemyError

from digest.doctor.finding import Finding, PassedOverError, error, note, ok, warning
from digest.doctor.patient import Database, Patient
from digest.store import sources
from digest.store.engine import reading

#: a tick comes every minute, and a poll may wait for its turn
LATE = timedelta(minutes=30)
#: the oldest PostgreSQL that its own people still mend
LEAST_POSTGRES = 140_000
_SYNCHRONOUS = {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}


def database(patient: Patient) -> Iterator[Finding]:
    """Whether it answers, takes a write, and keeps what it says it keeps."""
    engine = _database(patient).engine
    fix = "See [database] url in config.toml, and whether the server runs"
    try:
        with engine.connect() as connection, connection.begin() as transaction:
            yield from _settings(connection)
            connection.exec_driver_sql("CREATE TABLE doctor_was_here (a INTEGER)")
            # Never committed: it leaves no trace.
            transaction.rollback()
    except SQLAlchemyError as problem:
        yield error(f"the database cannot be used: {_first(problem)}", fix)
    yield ok(f"{engine.dialect.name} takes reads and writes")


def _database(patient: Patient) -> Database:
    """The database, unless looking at it would make it. Raises PassedOverError."""
    url = make_url(patient.settings.database.url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise PassedOverError("there is no database yet; `digest migrate` makes it")
    return patient.database()


def _settings(connection: Connection) -> Iterator[Finding]:
    if connection.dialect.name == "sqlite":
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        kept = int(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())
        if mode != "wal":
            yield warning(
                f"its journal mode is {mode}, not WAL: who reads keeps the sender waiting",
                "Keep the file on a local disk: WAL works on no network drive",
            )
        if kept < 2:
            yield error(
                f"synchronous is {_SYNCHRONOUS[kept]}: a power cut may take back what went out",
                "Nothing else may set this file's pragmas",
            )
        return
    version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
    if version < LEAST_POSTGRES:
        yield warning(f"PostgreSQL {version // 10_000} is no longer mended", "Upgrade the server")
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        value = connection.exec_driver_sql(f"SHOW {name}").scalar_one()
        if value == "off":
            yield error(
                f"{name} is off: a crash may take back what went out, and mail people twice",
                f"Set {name} = on in postgresql.conf, or for this database",
            )


def schema(patient: Patient) -> Iterator[Finding]:
    """Whether its tables are those of this version."""
    try:
        pending = _database(patient).pending()
    except SQLAlchemyError as problem:
        raise PassedOverError("the database cannot be used") from problem
    if pending:
        yield warning(
            f"{len(pending)} migrations are still to run, the first is {pending[0]}",
            "`digest migrate`; every other command runs them too",
        )
    yield ok("its tables are of this version")


def scheduler(patient: Patient) -> Iterator[Finding]:
    """Whether somebody reads the sources on time, and who holds an SQLite file."""
    settings, now = patient.settings, patient.clock.now()
    every = timedelta(minutes=settings.gather.every_minutes)
    engine = _database(patient).engine
    try:
        with reading(engine) as connection:
            states = sources.states(connection, [one.name for one in settings.sources])
            others = _sessions(connection)
    except SQLAlchemyError as problem:
        raise PassedOverError("the database cannot be used, or is empty") from problem
    holder = _holder(engine.url.database) if engine.dialect.name == "sqlite" else ""
    polled = [one.last_polled_at for one in states if one.last_polled_at is not None]
    overdue = [one for one in states if one.last_polled_at and one.due(now - LATE, every)]
    fix = "Start `digest run` (on PostgreSQL `digest schedule` and workers), and see its log"
    if not polled:
        yield note("no source was ever read: nothing has run here yet", fix)
    elif len(overdue) == len(polled):
        yield error(f"nobody has read a source since {max(polled):%Y-%m-%d %H:%M} UTC", fix)
    elif holder == "" and engine.dialect.name == "sqlite":
        yield note("no `digest run` works on this database at the moment", fix)
    if others:
        yield note(f"others are connected to the database: {', '.join(others)}")
    who = f"; `digest run` is process {holder}" if holder else ""
    yield ok(f"sources were read at {max(polled):%H:%M} UTC{who}" if polled else "nothing to read")


def _sessions(connection: Connection) -> list[str]:
    """From where else PostgreSQL is used: two schedulers are allowed, but are both known?"""
    if connection.dialect.name != "postgresql":
        return []
    rows = connection.exec_driver_sql(
        "SELECT coalesce(host(client_addr), 'this machine'), count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend'"
        " AND pid <> pg_backend_pid() GROUP BY 1 ORDER BY 1"
    )
    return [f"{count} from {host}" for host, count in rows]


def _holder(name: str | None) -> str:
    """The process that holds the lock beside an SQLite file; empty if none does."""
    path = Path(f"{name}.lock")
    if not name or not path.exists():
        return ""
    with path.open("rb") as file:
        try:
            # Shared, and let go at once: whoever starts now waits for nobody.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return file.read(20).decode("ascii", "replace") or "unknown"
        except OSError:
            return ""
    return ""


def _first(problem: SQLAlchemyError) -> str:
    """Its first line, without the statement."""
    told = str(getattr(problem, "orig", None) or problem).strip() or type(problem).__name__
    return told.splitlines()[0]
