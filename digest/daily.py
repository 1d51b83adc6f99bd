"""The daily work in the background: the clock's ticks, and the worker that sends what is due."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

from digest.app import App
from digest.errors import WrongStateError
from digest.store.alone import alone

#: between two looks at the letters that wait
POST_SECONDS = 1


@contextmanager
def ticking(app: App, seconds: int) -> Iterator[None]:
    """Gather, compose, lock and address on time, as long as the block lasts. Sends nothing."""
    from digest.schedule.clock import ticking

    walk = partial(app.walk, sending=False)
    # Apart, so that a mail server that does not answer keeps no issue waiting.
    look, keep, copy = app.listening.look, app.rights.daily, app.keeper.daily
    with (
        ticking(look, seconds),
        ticking(walk, seconds),
        ticking(keep, seconds),
        ticking(copy, seconds),
        stopping(app),
    ):
        yield


@contextmanager
def working(app: App) -> Iterator[None]:
    """Send what was addressed, as long as the block lasts; then finish the batch at work."""
    # A daemon: a second Ctrl-C does not wait for it. What it leaves is found out as after a crash.
    worker = threading.Thread(target=app.work, name="worker", daemon=True)
    worker.start()
    try:
        with stopping(app):
            yield
    finally:
        worker.join()


@contextmanager
def posting(app: App) -> Iterator[None]:
    """Send letters as they come, as long as the block lasts: people wait for them at the screen."""
    parts = app.parts

    def post() -> None:
        while True:
            app.joined.post(parts)
            if app.stopping.wait(POST_SECONDS):
                return

    thread = threading.Thread(target=post, name="postman", daemon=True)
    thread.start()
    try:
        with stopping(app):
            yield
    finally:
        thread.join()


@contextmanager
def stopping(app: App) -> Iterator[None]:
    """When the block ends, what works in the background is told so."""
    try:
        yield
    finally:
        app.stopping.set()


def all_in_one(app: App, seconds: int) -> None:
    """Ticks, a worker and the pages, until SIGINT or SIGTERM."""
    from digest.web.server import serve_forever

    with (
        alone(app.engine),
        app.following.counting(),
        ticking(app, seconds),
        posting(app),
        working(app),
    ):
        serve_forever(app.pages.sites())


def pages(app: App) -> None:
    """The pages, and the letters that are asked for on them, until SIGINT or SIGTERM."""
    from digest.web.server import serve_forever

    with posting(app), app.following.counting():
        serve_forever(app.pages.sites())


def once(app: App) -> None:
    """What is due now, sending included. Raises StrangerError where the database may be a copy."""
    with alone(app.engine):
        app.tick()
        app.keeper.daily()
    app.parts.guard()


def schedule(app: App, seconds: int) -> None:
    """Ticks only, until SIGINT or SIGTERM. Raises WrongStateError on SQLite."""
    _for_several(app)
    with ticking(app, seconds), posting(app):
        _wait()


def work(app: App) -> None:
    """A worker only, until SIGINT or SIGTERM. Raises WrongStateError on SQLite."""
    _for_several(app)
    with working(app):
        _wait()


def _for_several(app: App) -> None:
    if app.engine.dialect.name == "sqlite":
        raise WrongStateError(
            "an SQLite database is for one process",
            hint="`digest run` does all of the work; for several set [database] url to PostgreSQL",
        )


def _wait() -> None:
    with suppress(KeyboardInterrupt):
        while True:
            signal.pause()
