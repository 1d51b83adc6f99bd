"""APScheduler as an alarm clock: it says "look now", the database says what is due."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from digest.clock import SystemClock


@contextmanager
def ticking(tick: Callable[[], None], seconds: int) -> Iterator[None]:
    """Call ``tick`` at once and then every ``seconds``, in a thread, until the block ends.

    A tick that outlasts the interval delays the next one; it is never run twice at a time, and
    ticks missed meanwhile become one.
    """
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        tick,
        IntervalTrigger(seconds=seconds, timezone="UTC"),
        # One job for the first and all others: two would not wait for each other.
        next_run_time=SystemClock().now(),
        coalesce=True,
        max_instances=1,
        # None: late is better than never, and lateness is for the line to judge.
        misfire_grace_time=None,
    )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)
