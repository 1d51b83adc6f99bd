"""Sends an issue by all its routes at a time, in several lanes each.

A lane is a ``Sender`` in a thread: it claims a batch, hands it over and settles it. With a real
provider's latency it is their number that sets the speed.
"""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.engine import Engine

from digest.deliver.deadline import Deadline
from digest.deliver.routes import Route
from digest.deliver.sender import Sender, SendReport
from digest.model import DeliveryState, IssueId
from digest.store import ledger
from digest.store import routes as store
from digest.store.engine import reading, writing

log = structlog.get_logger()

#: a route that failed is tried again after so long, however long it has been failing
TRY_AGAIN = timedelta(minutes=30)
_SEVERAL = 2


def dispatch(
    sender: Sender,
    routes: Sequence[Route],
    issue: IssueId,
    edition: str,
    *,
    deadline: Deadline | None = None,
    progress: Callable[[int], None] | None = None,
) -> SendReport:
    """Send what is due of an issue, by every route that has some of it."""
    redirect(sender.engine, routes, issue, sender.clock.now())
    reports = [_in_lanes(sender, routes, issue, edition, deadline, progress)]
    # At once: what one route could not take may still go in time by another.
    while len(reports) < len(routes) and fail_over(
        sender.engine, routes, issue, sender.clock.now()
    ):
        reports.append(_in_lanes(sender, routes, issue, edition, deadline, progress))
    handed = sum((Counter(report.handed) for report in reports), Counter[DeliveryState]())
    return replace(reports[-1], handed=handed)


def redirect(engine: Engine, routes: Sequence[Route], issue: IssueId, now: datetime) -> None:
    """Give unclaimed batches a route that there is, and that works."""
    if len(routes) < _SEVERAL:
        return
    with writing(engine) as connection:
        store.adopt(connection, issue, [route.name for route in routes])
    fail_over(engine, routes, issue, now)


def fail_over(engine: Engine, routes: Sequence[Route], issue: IssueId, now: datetime) -> bool:
    """Have unclaimed batches of routes that were unusable for too long go another way.

    Never by a route that warms up: its plan decides reader by reader. Whether any did.
    """
    with reading(engine) as connection:
        states = store.states(connection)

    def fails(route: Route, patience: timedelta) -> bool:
        state = states.get(route.name)
        if state is None or state.failing_since is None or state.failed_at is None:
            return False
        return state.failing_since + patience <= now < state.failed_at + TRY_AGAIN

    moved = 0
    for place, route in enumerate(routes):
        if route.give_up_after is None or not fails(route, route.give_up_after):
            continue
        others = [*routes[place + 1 :], *routes[:place]]
        other = next((o for o in others if not o.warm_up and not fails(o, timedelta(0))), None)
        if other is None:
            continue
        with writing(engine) as connection:
            batches = store.move(connection, issue, route.name, other.name)
        if batches:
            log.warning(
                "failed_over", issue=issue, route=route.name, to=other.name, batches=batches
            )
        moved += batches
    return moved > 0


def _in_lanes(
    sender: Sender,
    routes: Sequence[Route],
    issue: IssueId,
    edition: str,
    deadline: Deadline | None,
    progress: Callable[[int], None] | None,
) -> SendReport:
    several = len(routes) > 1
    lanes = [route.name if several else None for route in routes for _ in range(route.lanes)]
    if len(lanes) == 1:
        return sender.send_issue(issue, edition, deadline=deadline, progress=progress)
    halted, one_at_a_time = threading.Event(), threading.Lock()

    def told(settled: int) -> None:
        with one_at_a_time:
            if progress:
                progress(settled)

    def lane(route: str | None) -> SendReport:
        mine = replace(sender, only=route, stop=lambda: halted.is_set() or sender.stop())
        try:
            return mine.send_issue(issue, edition, deadline=deadline, progress=told)
        except BaseException:
            halted.set()
            raise

    with ThreadPoolExecutor(len(lanes), thread_name_prefix="lane") as pool:
        futures = [pool.submit(lane, route) for route in lanes]
        try:
            wait(futures)
        except BaseException:
            # The batches at work are finished, no others are begun.
            halted.set()
            raise
    return _together(sender, issue, futures)


def _together(sender: Sender, issue: IssueId, lanes: Sequence[Future[SendReport]]) -> SendReport:
    faults = [fault for one in lanes if (fault := one.exception()) is not None]
    if faults:
        raise faults[0]
    reports = [one.result() for one in lanes]
    handed = sum((Counter(report.handed) for report in reports), Counter[DeliveryState]())
    paused = list(dict.fromkeys(report.paused for report in reports if report.paused))
    with reading(sender.engine) as connection:
        return SendReport(
            counts=ledger.counts(connection, issue),
            handed=handed,
            paused="; ".join(paused),
            next_at=ledger.next_at(connection, issue),
        )
