"""Gathers the facts of ``metrics.FACTS`` at each scrape."""

import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool

from digest.model import DeliveryState
from digest.protocols import Clock
from digest.store import facts, made, pauses, pulses, routes
from digest.store.engine import reading
from digest.store.facts import Counted
from digest.store.tally import Tally

#: a process that ticked within this is one of the schedulers
TICKED = timedelta(minutes=2)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
#: of mail that was accepted, as well as where an outcome is in doubt
_REACHED = (DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """Asks the database, the disk and the pool. One scrape at a time, by any thread."""

    engine: Engine
    clock: Clock
    version: str
    #: what this process does: run, serve, schedule or worker
    job: Callable[[], str]
    #: the sources in config.toml
    sources: Sequence[str]
    #: the routes in config.toml
    routes: Sequence[str]
    #: what to call a folder → where it is
    folders: Mapping[str, Path]
    _tally: Tally = field(default_factory=Tally)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> Mapping[str, Counted]:
        """Label values → number, by the metric's name. Raises nothing."""
        told: dict[str, Counted] = {"digest_info": {(self.version, self.job()): 1}}
        told["digest_disk_free_bytes"] = {
            (name,): float(shutil.disk_usage(folder).free)
            for name, folder in self.folders.items()
            if folder.exists()
        }
        pool = self.engine.pool
        if isinstance(pool, QueuePool):
            states = {("in_use",): pool.checkedout(), ("idle",): pool.checkedin()}
            told["digest_database_connections"] = {k: float(v) for k, v in states.items()}
        begun = time.perf_counter()
        try:
            with self._lock, reading(self.engine) as connection:
                told |= self._known(connection, self.clock.now())
                told |= self._of_mail(connection)
        except sa.exc.SQLAlchemyError:
            told["digest_up"] = {(): 0}
            return told
        told["digest_up"] = {(): 1}
        told["digest_facts_seconds"] = {(): time.perf_counter() - begun}
        return told

    def _known(self, connection: Connection, now: datetime) -> Mapping[str, Counted]:
        read, failing = facts.sources(
            connection, set(self.sources) - pauses.every(connection).keys()
        )
        late: dict[tuple[str, ...], float] = defaultdict(float)
        for edition, since in facts.late(connection, now).values():
            late[edition,] = max(late[edition,], since.total_seconds())
        queue = facts.queue(connection, now)
        ways = routes.states(connection)
        issues = facts.issues(connection, now - WEEK)
        none = dict.fromkeys(((edition,) for edition, _ in issues), 0.0)
        ahead = facts.clock_ahead(connection, now)
        return {
            "digest_source_last_success_timestamp_seconds": read,
            "digest_source_failing": failing,
            "digest_stories": facts.stories(connection, now - DAY),
            "digest_issues": issues,
            "digest_issue_late_seconds": none | late,
            "digest_issue_sending": none | facts.going(connection),
            "digest_issue_last_sent_timestamp_seconds": facts.last_sent(connection),
            "digest_batches": queue.counts,
            "digest_batch_age_seconds": queue.ages,
            "digest_route_failing": {
                (name,): float(name in ways and ways[name].failing_since is not None)
                for name in self.routes
            },
            "digest_pulse_timestamp_seconds": {
                (job,): at.timestamp() for job, at in _last(connection).items()
            },
            "digest_schedulers": {(): float(pulses.owners(connection, pulses.TICK, now - TICKED))},
            "digest_alerts": facts.alerts(connection),
            "digest_clock_ahead_seconds": {(): ahead.total_seconds()},
            "digest_database_bytes": {(): float(facts.size(connection))},
        }

    def _of_mail(self, connection: Connection) -> Mapping[str, Counted]:
        """Of each edition's newest issue that goes or went, and all that are on their way."""
        newest = facts.newest(connection)
        counted = self._tally.counts(connection, newest)
        complained = facts.complained(connection, newest)
        unreached = facts.unreached(connection, newest)
        deliveries: dict[tuple[str, ...], float] = defaultdict(float)
        sums = {edition: [0, 0, 0] for edition in newest.values()}
        for issue, states in counted.items():
            edition = newest[issue]
            for state, readers in states.items():
                deliveries[edition, state.value] += readers
            sums[edition][0] += sum(states[state] for state in _REACHED)
            sums[edition][1] += complained.get(issue, 0)
            sums[edition][2] += unreached.get(issue, 0)
        in_doubt = dict.fromkeys(((edition,) for edition in sums), 0.0)
        ratios = {edition: of for edition, of in sums.items() if of[0]}
        return {
            "digest_deliveries": deliveries,
            "digest_deliveries_in_doubt": in_doubt | facts.in_doubt(connection),
            "digest_complaint_ratio": {(e,): of[1] / of[0] for e, of in ratios.items()},
            "digest_bounce_ratio": {(e,): of[2] / of[0] for e, of in ratios.items()},
        }


def _last(connection: Connection) -> Mapping[str, datetime]:
    """When each job was last done; a backup counts from the moment that it shows."""
    backup = made.last(connection)
    return {**pulses.last(connection), **({"backup": backup.taken_at} if backup else {})}
