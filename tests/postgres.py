"""A real PostgreSQL server for tests: its own, on a socket in a temporary folder, fast to lose.

::

    @pytest.mark.part("postgres")
    def test_it(postgres_url: Callable[[], str]) -> None:
        engine = make_engine(postgres_url())  # a fresh, empty database at each call
        ready = make_engine(postgres_url(migrate))  # one with the tables of a history
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.migrated import History, fill
from tests.parts import postgres_bin

#: nothing here outlives the tests, so nothing is flushed to disk
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "timezone": "Asia/Kolkata",  # a server's own zone must not matter
}


def _owner() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: who then runs it, as options for a subprocess."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def postgres_server(**settings: str) -> Iterator[Callable[..., str]]:
    """Start a server; hand out a function that makes a fresh database and returns its URL.

    Given histories, the database has their tables: it is a copy of one that was migrated once.
    ``settings`` stand before ``SETTINGS``.
    """
    programs = postgres_bin()
    assert programs is not None, "PostgreSQL's server is not installed"
    # A socket's path may have at most 107 characters, so pytest's own folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    owner = _owner()
    if owner:
        os.chown(folder, owner["user"], owner["group"])
    data = folder / "data"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True,
        capture_output=True,
        cwd=folder,
        env=environment,
        **owner,
    )
    options = [
        part for name, value in (SETTINGS | settings).items() for part in ("-c", f"{name}={value}")
    ]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *options],
            stdout=log,
            stderr=log,
            cwd=folder,
            env=environment,
            **owner,
        )
    try:
        _wait(server, folder)
        numbers = count(1)
        models: dict[tuple[History, ...], str] = {(): "template1"}

        def create(template: str) -> str:
            name = f"test_{next(numbers)}"
            words = f"CREATE DATABASE {name} TEMPLATE {template}"
            with psycopg.connect(_conninfo(folder), autocommit=True) as connection:
                connection.execute(words)  # type: ignore[arg-type]  # no user's words
            return name

        def fresh(*histories: History) -> str:
            url = f"postgresql+psycopg://tests@/{{}}?host={folder}"
            if histories not in models:
                name = create("template1")
                fill(url.format(name), histories)
                models[histories] = name
            return url.format(create(models[histories]))

        yield fresh
    finally:
        # SIGINT is PostgreSQL's fast shutdown: sessions are ended, not waited for.
        server.send_signal(signal.SIGINT)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _conninfo(folder: Path) -> str:
    return f"host={folder} user=tests dbname=postgres"


def _wait(server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(_conninfo(folder)).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "log").read_text()) from None
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[Callable[..., str]]:
    """One server for the session; each call gives the URL of a fresh database."""
    with postgres_server() as fresh:
        yield fresh
