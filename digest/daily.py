"""The daily work in the background: the clock's ticks, and the worker that sends what is due."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

from digest.app import App
from digest.errors import WrongStateError
from digest.store.alone import alone

#: between two looks at the letters that wait
POST_SECONDS = 1
#: a worker comes round at least so often, also where the database is away for a while
WORK_SECONDS = 300


@contextmanager
def ticking(app: App, seconds: int) -> Iterator[None]:
    """Gather, compose, lock and address on time, as long as the block lasts. Sends nothing."""
    from digest.schedule.clock import ticking

    # Apart, so that a mail server that does not answer keeps no issue waiting.
    look, keep, copy = app.listening.look, app.rights.daily, app.keeper.daily
    with (
        ticking(_seen(app, "mailbox", look), seconds),
        ticking(partial(app.walk, sending=False), seconds),
        ticking(keep, seconds),
        ticking(copy, seconds),
        # Not watched: who waits for an alert or a heartbeat is to do no harm.
        ticking(app.messenger.tell, seconds),
        app.watching.loop("tick", seconds),
        app.watching.loop("mailbox", seconds),
        stopping(app),
    ):
        yield


def _seen(app: App, loop: str, do: Callable[[], None]) -> Callable[[], None]:
    """``do``, and a beat of its loop."""

    def done() -> None:
        with app.watching.vitals.busy(loop):
            do()

    return done


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
    post_letters = _seen(app, "postman", lambda: app.joined.post(parts))

    def post() -> None:
        while True:
            post_letters()
            if app.stopping.wait(POST_SECONDS):
                return

    thread = threading.Thread(target=post, name="postman", daemon=True)
    thread.start()
    try:
        with app.watching.loop("postman", POST_SECONDS), stopping(app):
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
    """Ticks, a worker and the pages, until SIGINT or SIGTERM. Raises ConfigError."""
    app.parts.make_all()
    with (
        alone(app.engine),
        app.watching.watched(ticks=True),
        app.following.counting(),
        ticking(app, seconds),
        posting(app),
        app.watching.loop("worker", WORK_SECONDS),
        working(app),
    ):
        _serve(app)


def pages(app: App) -> None:
    """The pages, and the letters asked for on them, until SIGINT or SIGTERM. Raises ConfigError."""
    app.parts.make_all()
    with app.watching.watched(ticks=False), posting(app), app.following.counting():
        _serve(app)


def _serve(app: App) -> None:
    from digest.web.server import BEAT, serve_forever

    watching = app.watching
    with watching.loop("pages", BEAT):
        serve_forever(app.pages.sites(), watching.ready, lambda: watching.vitals.beat("pages"))


def once(app: App) -> None:
    """What is due now, sending included.

    Raises ConfigError, and StrangerError where the database may be a copy.
    """
    app.parts.make_all()
    with alone(app.engine):
        app.tick()
        app.keeper.daily()
    app.parts.guard()


def schedule(app: App, seconds: int) -> None:
    """Ticks only, until SIGINT or SIGTERM. Raises ConfigError, and WrongStateError on SQLite."""
    _for_several(app)
    app.parts.make_all()
    with app.watching.watched(ticks=True), ticking(app, seconds), posting(app):
        app.watching.ready()
        _wait()


def work(app: App) -> None:
    """A worker only, until SIGINT or SIGTERM. Raises ConfigError, and WrongStateError on SQLite."""
    _for_several(app)
    app.parts.make_all()
    with (
        app.watching.watched(ticks=False),
        app.watching.loop("worker", WORK_SECONDS),
        working(app),
    ):
        app.watching.ready()
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
