"""One process at a time does the daily work on an SQLite file."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import Engine

from digest.errors import WrongStateError


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Hold the lock file beside the database, as long as the block lasts.

    The system lets go of it when the process ends, however it ends. Raises WrongStateError where
    another process has it. On PostgreSQL any number may work.
    """
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        yield
        return
    path = Path(f"{name}.lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WrongStateError(
                "another `digest run` works on this database already",
                hint="stop it first, or let several work together on PostgreSQL",
                file=path.name,
                process=os.read(descriptor, 20).decode("ascii", "replace") or "unknown",
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)
