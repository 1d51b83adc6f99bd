"""Wires what tells how the line is: the log, the metrics, the health, the service manager.

For app.py alone.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExceptionContext, make_url

from digest import __version__
from digest.config import Settings
from digest.deliver.queue import Work
from digest.model import IssueId
from digest.protocols import Clock
from digest.store import pulses
from digest.store.engine import writing
from digest.watch.health import Health
from digest.watch.meter import Meter
from digest.watch.vitals import Vitals

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from digest.watch.prometheus import Prometheus

#: a job is noted no more often than so, in seconds
NOTED = 10.0


class Watching:
    """One process, as it is seen from outside. ``engine`` is opened at its first use."""

    def __init__(self, settings: Settings, engine: Callable[[], Engine], clock: Clock) -> None:
        self._settings = settings
        self._engine = engine
        self._clock = clock
        self._noted: dict[str, float] = {}
        self._verbose = False
        #: what this process does for days: run, serve, schedule, worker; empty: a command
        self.job = ""
        #: who we are, of no other process ever
        self.owner = f"{socket.gethostname()[:60]}:{os.getpid()}:{token_hex(6)}"
        self.vitals = Vitals()

    @cached_property
    def meter(self) -> Meter:
        """Hears what is done: counted where [metrics] has a port, else forgotten."""
        counted = self.job and self._settings.metrics.port is not None
        return self._prometheus if counted else Meter(self.vitals, self.done)

    @cached_property
    def health(self) -> Health:
        """Whether this process is alive and ready."""
        return Health(self._engine(), self._clock, self.vitals)

    def log(self, *, verbose: bool) -> None:
        """From now on log as [logs] says."""
        self._verbose = verbose
        self._log(None)

    def _log(self, meter: Meter | None) -> None:
        from digest import logs

        given = self._settings.logs
        logs.configure(verbose=self._verbose, level=given.level, form=given.format, meter=meter)

    def routes(self) -> "Sequence[BaseRoute]":
        """``/livez`` and ``/readyz``."""
        from digest.web import health

        return health.routes(self.health)

    @contextmanager
    def watched(self, *, ticks: bool) -> Iterator[None]:
        """As long as the block lasts, others can see how this process is.

        ``ticks``: it is one that walks the line. Raises DigestError: the port for metrics is taken.
        """
        self.health.ticks = ticks
        with ExitStack() as stack:
            if self._settings.metrics.port is not None:
                self._count(stack)
            from digest.watch import systemd

            stack.enter_context(systemd.guarded(self.vitals.complaints))
            yield

    def ready(self) -> None:
        """All of it works by now."""
        from digest.watch import systemd

        systemd.notify(f"READY=1\nSTATUS=digest {self.job}")
        import structlog  # not at the top: every command has a meter, few log

        log = structlog.get_logger()
        log.info("ready", job=self.job, version=__version__)

    def done(self, job: str) -> None:
        """Note that the job was done, for other processes to see. Raises nothing."""
        now = time.monotonic()
        if now - self._noted.get(job, -NOTED) < NOTED:
            return
        self._noted[job] = now
        try:
            with writing(self._engine()) as connection:
                pulses.note(connection, job, self.owner, self._clock.now())
        except Exception:
            # What it is about is done all the same.
            import structlog

            log = structlog.get_logger()
            log.exception("pulse_not_noted", job=job)

    @contextmanager
    def walking(self) -> Iterator[None]:
        """The line is walked meanwhile; where that ends well, it is noted."""
        begun = time.perf_counter()
        with self.vitals.busy("tick"):
            yield
        self.meter.ticked(time.perf_counter() - begun)
        self.done(pulses.TICK)

    def at_work(self, do: Work, tend: Callable[[], None]) -> tuple[Work, Callable[[], None]]:
        """What a worker does, and does beside, so that it is seen whether it comes on."""

        def seen(issue: IssueId, number: int) -> bool:
            with self.vitals.busy("worker"):
                return do(issue, number)

        def tended() -> None:
            # Before: where the database is away, the worker is there all the same.
            self.vitals.beat("worker")
            tend()
            self.done(pulses.WORKER)

        return seen, tended

    @contextmanager
    def loop(self, name: str, seconds: float) -> Iterator[None]:
        """As long as the block lasts, the loop is expected to beat."""
        self.vitals.expect(name, seconds)
        try:
            yield
        finally:
            self.vitals.forget(name)

    @cached_property
    def _prometheus(self) -> "Prometheus":
        from digest.watch.collect import Collector
        from digest.watch.prometheus import Prometheus

        given, url = self._settings, make_url(self._settings.database.url)
        folders = {"outbox": given.sending.outbox.parent}
        if url.get_backend_name() == "sqlite" and url.database:
            folders["database"] = Path(url.database).parent
        sending = given.sending
        facts = Collector(
            engine=self._engine(),
            clock=self._clock,
            version=__version__,
            job=lambda: self.job,
            sources=[one.name for one in given.sources],
            routes=[*sending.routes] if sending.transport == "routes" else [sending.transport],
            folders=folders,
        )
        return Prometheus(self.vitals, self.done, facts)

    def _count(self, stack: ExitStack) -> None:
        from digest.watch.prometheus import CONTENT_TYPE
        from digest.web import metrics
        from digest.web.server import Address, serving
        from digest.web.site import site

        given, counting = self._settings.metrics, self._prometheus
        self._log(counting)
        _time_statements(self._engine(), counting.asked)
        pages = [metrics.route(counting.text, CONTENT_TYPE), *self.routes()]
        assert given.port is not None, "asked before"
        stack.enter_context(serving(Address(site(pages), given.host, given.port)))


def _time_statements(engine: Engine, asked: Callable[[float], None]) -> None:
    def before(connection: Connection, *_: object) -> None:
        connection.info.setdefault(_BEGUN, []).append(time.perf_counter())

    def after(connection: Connection, *_: object) -> None:
        asked(time.perf_counter() - connection.info[_BEGUN].pop())

    def failed(context: ExceptionContext) -> None:
        if context.connection is not None and (begun := context.connection.info.get(_BEGUN)):
            begun.pop()

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "handle_error", failed)


_BEGUN = "digest_begun"
