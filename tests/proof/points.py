"""Dies at one commit of the line, before or after it, and goes on: for every commit in turn.

A process of its own, since it forks: ``python -m tests.proof.points [URL of a PostgreSQL server]``
prints a row of JSON a point.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.pool import Pool

from digest.chaos import line
from digest.chaos.newsroom import EDITION, Running, Site
from digest.chaos.processes import Tell, fork
from digest.chaos.run import warm
from digest.logs import configure
from digest.model import Decision
from digest.render.render import Renderer
from digest.store import fsck
from digest.store.engine import make_engine, reading
from digest.store.tables import delivery, issue

READERS = 5
BEFORE, AFTER = "before", "after"


@dataclass(slots=True)
class Crash:
    """Counts commits that write; at one of them the process is gone."""

    at: int = 0
    when: str = BEFORE
    commits: int = 0
    armed: bool = False

    def listen(self) -> None:
        event.listen(Engine, "commit", self._commit)
        # The first thing that happens to a connection whose transaction is over.
        event.listen(Pool, "reset", self._over)

    def _commit(self, connection: Connection) -> None:
        if connection.get_execution_options().get("read_only"):
            return
        self.commits += 1
        if self.commits == self.at:
            if self.when == BEFORE:
                os.kill(os.getpid(), signal.SIGKILL)
            self.armed = True

    def _over(self, *_: Any) -> None:
        if self.armed:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(slots=True)
class Bench:
    """Fresh databases, each a copy of one with tables and readers, or an empty one."""

    folder: Path
    server: str | None
    made: int = 0

    def site(self, name: str, url: str) -> Site:
        return Site(
            folder=self.folder / name,
            database=url,
            transport="outbox",
            port=0,
            policy=Decision.HOLD,
        )

    def fresh(self, model: Site | None) -> Site:
        self.made += 1
        name = f"points_{self.made}"
        if self.server:
            url = make_url(self.server).set(database=name).render_as_string(hide_password=False)
            template = make_url(model.database).database if model else "template1"
            self._administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        else:
            file = self.folder / f"{name}.sqlite3"
            url = f"sqlite:///{file}"
            if model:
                shutil.copy(str(make_url(model.database).database), file)
        site = self.site(name, url)
        site.write()
        return site

    def gone(self, site: Site) -> None:
        if self.server:
            self._administer(f"DROP DATABASE {make_url(site.database).database} WITH (FORCE)")
        shutil.rmtree(site.folder)

    def _administer(self, words: str) -> None:
        assert self.server
        url = make_url(self.server).set(drivername="postgresql")
        plain = url.render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(words)  # type: ignore[arg-type]  # no user's words


Work = Callable[[Site, Running, Tell], int]


def die(work: Work, site: Site, clock: Running, crash: Crash, log: Path) -> tuple[int, int]:
    """Do ``work`` in a child that dies at ``crash``; its exit status and number of commits."""

    def child(tell: Tell) -> int:
        crash.listen()
        status = work(site, clock, tell)
        tell(f"commits {crash.commits}")
        return status

    started = fork(child, log)
    told = [words.split() for words in started.hear(60)]
    started.close()
    return started.wait(), next((int(row[1]) for row in told if row[0] == "commits"), 0)


def wrong(site: Site) -> list[str]:
    """What is wrong with a walked line."""
    engine = make_engine(site.database)
    with reading(engine) as connection:
        (one,) = connection.execute(sa.select(issue)).all()
        found = [flaw.why for flaw in fsck.check(connection)]
        states = connection.scalars(sa.select(delivery.c.state)).all()
    engine.dispose()
    if one.state != "sent" or one.edition != EDITION:
        found.append(f"the issue is {one.state}")
    if states != ["accepted"] * READERS:
        found.append(f"deliveries are {states}")
    mails = sorted(file.name for file in site.outbox.rglob("*.eml"))
    if mails != [f"{one.id}-{number}.eml" for number in range(1, READERS + 1)]:
        found.append(f"mails are {mails}")
    if journals := list((site.folder / "journals").glob("*")):
        found.append(f"journals are {journals}")
    return found


def points(bench: Bench, work: Work, then: Work, model: Site | None) -> Iterator[dict[str, object]]:
    """Every commit of ``work`` in turn; after each crash ``then`` is done, to the line's end."""
    log = bench.folder / "log"
    whole = bench.fresh(model)
    status, commits = die(work, whole, Running(), Crash(), log)
    assert status == 0, log.read_text()
    assert commits, "it commits"
    bench.gone(whole)
    for number in range(1, commits + 1):
        for when in (BEFORE, AFTER):
            # One clock for both: it must not run backwards.
            site, clock = bench.fresh(model), Running()
            status, _ = die(work, site, clock, Crash(number, when), log)
            found = [] if status == -signal.SIGKILL else [f"no crash: {status}"]
            status, _ = die(then, site, clock, Crash(), log)
            found += [] if status == 0 else [f"did not go on: {status}, see {log}"]
            found += wrong(site)
            yield {"commit": number, "of": commits, "when": when, "wrong": found}
            bench.gone(site)


def main(server: str | None) -> None:
    configure(verbose=False)
    folder = Path(tempfile.mkdtemp(prefix="digest-points-"))
    renderer = warm(folder / "warm", "outbox")
    bench = Bench(folder, server)
    walk = partial(_walk, renderer)
    model = bench.fresh(None)
    die(line.migrate, model, Running(), Crash(), folder / "log")
    model.enrol(Running(), READERS)
    bad = 0
    for what, work, then, start in (
        ("migrate", line.migrate, partial(_all, renderer), None),
        ("walk", walk, walk, model),
    ):
        for row in points(bench, work, then, start):
            bad += bool(row["wrong"])
            sys.stdout.write(json.dumps({"what": what} | row) + "\n")
            sys.stdout.flush()
    if not bad:
        shutil.rmtree(folder)
    sys.exit(min(bad, 1))


def _walk(renderer: Renderer, site: Site, clock: Running, tell: Tell) -> int:
    return line.walk(site, clock, renderer, tell, batch_size=2)


def _all(renderer: Renderer, site: Site, clock: Running, tell: Tell) -> int:
    status = line.migrate(site, clock, tell)
    site.enrol(clock, READERS)
    return status or _walk(renderer, site, clock, tell)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
