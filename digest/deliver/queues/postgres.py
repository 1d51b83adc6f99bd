"""Procrastinate: jobs in PostgreSQL, for workers on any number of machines.

Its defaults leave the jobs of a killed worker at ``doing`` for ever, so each worker puts back
those whose worker has sent no heartbeat. That is safe only because the ledger refuses a batch that
is claimed.
"""

import asyncio
from collections.abc import Callable, Sequence
from threading import Event

import procrastinate
import structlog
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL, Connection, Engine

from digest.deliver.queue import Job, Work
from digest.model import IssueId

log = structlog.get_logger()

QUEUE = "batches"
TASK = "send_batch"
#: seconds without a sign of life after which a worker counts as gone
STALL = 30.0
#: seconds between two looks when no notification came, and between two calls of ``tend``
LOOK = 5.0
#: jobs put there by one statement
ROWS = 1_000


class Procrastinate:
    """Enqueues on the ledger's own connections; works on connections of its own."""

    def __init__(
        self, engine: Engine, *, stall: float = STALL, look: float = LOOK, lanes: int = 1
    ) -> None:
        self._conninfo = _conninfo(engine.url)
        self._stall = stall
        self._look = look
        #: batches at work at a time
        self._lanes = lanes
        # Never opened: what it defers goes over the connection of the transaction.
        self._deferring = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

    def enqueue(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Put jobs there, in the transaction of ``connection``; one that waits already stays."""
        for start in range(0, len(jobs), ROWS):
            some = {_lock(one): one for one in jobs[start : start + ROWS]}
            for lock in self._waiting(connection, list(some)):
                del some[lock]
            self._defer(connection, list(some.values()))

    @staticmethod
    def _waiting(connection: Connection, locks: list[str]) -> list[str]:
        # Not those at work: a planned batch whose job is at work was left by a worker that died.
        rows = connection.exec_driver_sql(
            "SELECT queueing_lock FROM procrastinate_jobs "
            "WHERE status = 'todo' AND queueing_lock = ANY(%s)",
            (locks,),
        )
        return list(rows.scalars())

    def _defer(self, connection: Connection, jobs: list[Job]) -> None:
        manager = self._deferring.job_manager
        if not jobs:
            return
        try:
            with connection.begin_nested():
                manager.batch_defer_jobs(
                    [_as_job(one) for one in jobs],
                    connection=connection.connection.driver_connection,
                )
        except AlreadyEnqueued:
            # Another scheduler's tick put some there a moment ago; ours comes again.
            log.info("batches_enqueued_elsewhere", issue=jobs[0].issue)

    def work(self, do: Work, tend: Callable[[], None], stop: Event) -> None:
        """Do jobs until ``stop`` is set, each in a thread beside the worker's heartbeat."""
        while not stop.is_set():
            try:
                asyncio.run(self._work(do, tend, stop))
            except Exception:
                # The database is away, perhaps: it comes again, and so do we.
                log.exception("worker_failed")
                stop.wait(self._look)

    async def _work(self, do: Work, tend: Callable[[], None], stop: Event) -> None:
        async with self._app().open_async() as app:

            @app.task(name=TASK, queue=QUEUE)
            def send_batch(issue: int, number: int) -> None:
                try:
                    do(IssueId(issue), number)
                except Exception:
                    log.exception("batch_failed", issue=issue, number=number)

            worker = asyncio.create_task(
                app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self._lanes,
                    install_signal_handlers=False,
                    # The ledger holds what became of each batch, the log why.
                    delete_jobs="always",
                    fetch_job_polling_interval=self._look,
                    update_heartbeat_interval=self._stall / 3,
                    stalled_worker_timeout=self._stall,
                )
            )
            beside = [
                asyncio.create_task(self._tend(app, tend)),
                asyncio.create_task(_until(stop)),
            ]
            await asyncio.wait({worker, beside[1]}, return_when=asyncio.FIRST_COMPLETED)
            # Cancelled, it finishes the job at work and takes no other.
            for task in (worker, *beside):
                task.cancel()
            ended, *_ = await asyncio.gather(worker, *beside, return_exceptions=True)
            if isinstance(ended, Exception):
                raise ended

    async def _tend(self, app: procrastinate.App, tend: Callable[[], None]) -> None:
        while True:
            try:
                await asyncio.to_thread(tend)
                await self._rescue(app)
            except Exception:
                log.exception("tending_failed")
            await asyncio.sleep(min(self._look, self._stall / 3))

    def rescue(self) -> int:
        """Put back the jobs of workers without a sign of life."""

        async def once() -> int:
            async with self._app().open_async() as app:
                return await self._rescue(app)

        return asyncio.run(once())

    async def _rescue(self, app: procrastinate.App) -> int:
        manager, put_back = app.job_manager, 0
        for one in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=self._stall):
            try:
                await manager.retry_job(one)
            except UniqueViolation:
                # Its batch has another job already.
                await manager.finish_job(one, status=Status.FAILED, delete_job=True)
            except ConnectorException:
                log.info("job_rescued_elsewhere", **one.task_kwargs)
                continue
            put_back += 1
            log.warning("job_rescued", **one.task_kwargs)
        return put_back

    def _app(self) -> procrastinate.App:
        return procrastinate.App(
            connector=procrastinate.PsycopgConnector(
                conninfo=self._conninfo, min_size=1, max_size=5
            )
        )


async def _until(stop: Event) -> None:
    while not stop.is_set():  # noqa: ASYNC110 - it is set by another thread
        await asyncio.sleep(0.2)


def _lock(job: Job) -> str:
    """What at most one waiting job has."""
    return f"batch-{job.issue}-{job.number}"


def _as_job(one: Job) -> procrastinate.jobs.Job:
    return procrastinate.jobs.Job(
        id=None,
        queue=QUEUE,
        lock=None,
        queueing_lock=_lock(one),
        task_name=TASK,
        task_kwargs={"issue": one.issue, "number": one.number},
        scheduled_at=one.not_before,
    )


def _conninfo(url: URL) -> str:
    """The same database for psycopg, without SQLAlchemy."""
    names = url.translate_connect_args(username="user", database="dbname")
    return make_conninfo(**names, **{key: str(value) for key, value in url.query.items()})
