"""gather: read the sources, keep their stories. Nothing is ever fetched later in the line."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.engine import Connection
from structlog.contextvars import bound_contextvars

from digest.model import Edition, GatheredSource, GatherStatus, SourceMemory
from digest.schedule.occurrences import rhythm
from digest.steps.parts import Parts
from digest.store import sources, stories, windows
from digest.store.engine import reading, writing
from digest.store.stories import KeptStories
from digest.store.windows import SeenReason

log = structlog.get_logger()

#: polls under way at once: they wait for other people's servers, and some of those hang
WORKERS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherReport:
    """What one source's poll came to."""

    source: str
    status: GatherStatus
    stories: int = 0
    new: int = 0
    updated: int = 0
    picks: int = 0
    rejects: Mapping[str, int] = field(default_factory=dict)
    #: at a source's first gather: edition → stories that count as already sent
    already_sent: Mapping[str, int] = field(default_factory=dict)
    note: str = ""


def gather(
    parts: Parts,
    *,
    due_only: bool = False,
    names: Collection[str] | None = None,
    forced: Mapping[str, datetime] | None = None,
    done: Callable[[GatherReport], None] | None = None,
) -> list[GatherReport]:
    """Poll the sources, at most ``WORKERS`` at a time. A source that fails stops no other.

    A paused one is left alone. ``due_only``: those whose time it is. ``names``: only these; None:
    all. ``forced``: source → since when an edition wants it
    read, whatever its own rhythm. Each poll is kept as it ends, whoever else still waits.
    """
    now = parts.clock.now()
    wanted = forced or {}
    with reading(parts.engine) as connection:
        states = sources.states(connection, parts.sources)
    asked = [one for one in states if one.paused is None and (names is None or one.name in names)]
    due = [one for one in asked if not due_only or one.due(now, parts.every, wanted.get(one.name))]
    reports = {}
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="gather") as pool:
        polls = [pool.submit(_poll, parts, one.name, one.memory, now) for one in due]
        for poll in as_completed(polls):
            report = _keep(parts, poll.result(), now)
            parts.meter.step()
            reports[report.source] = report
            log.info(
                "source_gathered",
                source=report.source,
                status=report.status.value,
                stories=report.stories,
                new=report.new,
                updated=report.updated,
                rejects=dict(report.rejects),
                note=report.note,
            )
            if done is not None:
                done(report)
    return [reports[one.name] for one in due]


def failing(parts: Parts, edition: Edition) -> list[str]:
    """The sources of an edition that nobody could read of late, so that its stories may lack."""
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        states = sources.states(connection, sorted(edition.sources & parts.sources.keys()))
    return [one.name for one in states if one.failing(now, parts.every)]


def _poll(parts: Parts, name: str, memory: SourceMemory, now: datetime) -> GatheredSource:
    begun = time.perf_counter()
    with bound_contextvars(source=name):
        gathered = _read(parts, name, memory, now)
    parts.meter.polled(name, gathered.status.value, time.perf_counter() - begun)
    return gathered


def _read(parts: Parts, name: str, memory: SourceMemory, now: datetime) -> GatheredSource:
    try:
        return parts.sources[name].gather(memory, now)
    except Exception as error:
        log.exception("source_crashed", source=name)
        return GatheredSource(
            source=name,
            status=GatherStatus.FAILED,
            memory=memory,
            note=f"unforeseen {type(error).__name__}; please report it with the log",
        )


def _keep(parts: Parts, gathered: GatheredSource, now: datetime) -> GatherReport:
    with writing(parts.engine) as connection:
        before = sources.state(connection, gathered.source)
        trusted = not before.memory.guids_reused
        kept = stories.keep(connection, gathered, now, guids=trusted)
        sources.record(connection, gathered, kept, now)
        first = before.first_gathered_at is None and gathered.status is GatherStatus.OK
        already_sent = _old_news(parts, connection, gathered, kept, now) if first else {}
    return GatherReport(
        source=gathered.source,
        status=gathered.status,
        stories=len(gathered.stories),
        new=len(kept.new),
        updated=len(kept.updated),
        picks=sum(story.pick is not None for story in gathered.stories),
        rejects=dict(Counter(reject.reason.value for reject in gathered.rejects)),
        already_sent=already_sent,
        note=gathered.note,
    )


def _old_news(
    parts: Parts,
    connection: Connection,
    gathered: GatheredSource,
    kept: KeptStories,
    now: datetime,
) -> dict[str, int]:
    """At a source's first gather, what is older than an edition's rhythm counts as sent.

    Otherwise the first issue would carry the source's whole archive. Stories without a date
    count as old: they cannot show that they are new.
    """
    known = stories.get(connection, kept.new)
    marked = {}
    for edition in parts.editions.values():
        if gathered.source not in edition.sources:
            continue
        newest_old = now - rhythm(edition, now)
        old = {
            key: stored.version
            for key, stored in known.items()
            if stored.story.published_at is None or stored.story.published_at < newest_old
        }
        marked[edition.slug] = windows.mark_seen(
            connection, edition.slug, old, SeenReason.FIRST_GATHER, now
        )
    return {slug: count for slug, count in marked.items() if count}
