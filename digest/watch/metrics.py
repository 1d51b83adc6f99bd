"""Every metric there is: its name, what it tells and by which labels. docs/watching.md shows it.

No label holds an address, a subscriber or an issue: editions, sources, routes and states are few.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What Prometheus makes of it."""

    COUNTER = "counter"
    HISTOGRAM = "histogram"
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. A counter's name is told without its ``_total``."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    told: str
    #: upper bounds of a histogram's buckets
    buckets: tuple[float, ...] = ()

    @property
    def series(self) -> tuple[str, ...]:
        """The names that expressions use."""
        if self.kind is Kind.COUNTER:
            return (f"{self.name}_total",)
        if self.kind is Kind.HISTOGRAM:
            return tuple(f"{self.name}_{end}" for end in ("bucket", "sum", "count"))
        return (self.name,)


_LONG = (0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600)
_SHORT = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 300, 600)
_BYTES = (10_000, 25_000, 50_000, 75_000, 95_000, 102_000, 150_000, 250_000)
_LAG = (1, 3, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400)

COUNTER, HISTOGRAM, GAUGE = Kind.COUNTER, Kind.HISTOGRAM, Kind.GAUGE

#: what one process counts since it began
COUNTED = (
    Metric(
        "digest_source_poll_seconds",
        HISTOGRAM,
        ("source", "result"),
        "How long a source took to be read; the result is ok, unchanged, failed and so on",
        _LONG,
    ),
    Metric("digest_source_failures", COUNTER, ("source",), "Polls of a source that failed"),
    Metric(
        "digest_compose_seconds",
        HISTOGRAM,
        ("edition",),
        "How long an issue took to be filled",
        _LONG,
    ),
    Metric("digest_tick_seconds", HISTOGRAM, (), "How long one walk of the line took", _LONG),
    Metric(
        "digest_issue_bytes",
        HISTOGRAM,
        ("edition",),
        "Octets of HTML of a mail, one of each batch; Gmail cuts at about 102,000",
        _BYTES,
    ),
    Metric(
        "digest_messages", COUNTER, ("route", "state"), "Messages handed over, by what came of it"
    ),
    Metric(
        "digest_provider_requests",
        COUNTER,
        ("route", "code"),
        "Requests to a provider (of SMTP: messages) by the three digits of its answer",
    ),
    Metric(
        "digest_provider_seconds",
        HISTOGRAM,
        ("route",),
        "From right before a request until its answer",
        _SHORT,
    ),
    Metric(
        "digest_provider_failures",
        COUNTER,
        ("route", "error"),
        "Batches that ended because the provider could not be used",
    ),
    Metric(
        "digest_hook_posts",
        COUNTER,
        ("hook", "result"),
        "Posts of events: taken, not_signed or unreadable",
    ),
    Metric(
        "digest_hook_events",
        COUNTER,
        ("hook", "result"),
        "Events posted: new, known, foreign (not ours) or bad (of no use)",
    ),
    Metric(
        "digest_hook_lag_seconds",
        HISTOGRAM,
        ("hook",),
        "From an event until it was told, by the teller's clock",
        _LAG,
    ),
    Metric(
        "digest_unsubscribe_seconds",
        HISTOGRAM,
        (),
        "From a request to leave until its answer; by then it is durable",
        _SHORT,
    ),
    Metric(
        "digest_worker_restarts",
        COUNTER,
        ("worker", "reason"),
        "Worker processes that were killed or died and were replaced",
    ),
    Metric("digest_log_lines", COUNTER, ("event", "level"), "Lines of warning or worse in the log"),
    Metric(
        "digest_database_statement_seconds",
        HISTOGRAM,
        (),
        "How long the database took for a statement",
        (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10),
    ),
)

#: what is asked at each scrape: the same whichever process tells it, and right after a restart
FACTS = (
    Metric("digest_info", GAUGE, ("version", "job"), "1; which version runs, and as what"),
    Metric(
        "digest_source_last_success_timestamp_seconds",
        GAUGE,
        ("source",),
        "When a source was last read; absent where it never was. A paused one is not told",
    ),
    Metric(
        "digest_source_failing",
        GAUGE,
        ("source",),
        "Polls of a source that failed one after another",
    ),
    Metric(
        "digest_stories",
        GAUGE,
        ("state",),
        "Stories first seen within a day, by what became of them",
    ),
    Metric(
        "digest_issues", GAUGE, ("edition", "state"), "Issues of the last seven days and to come"
    ),
    Metric(
        "digest_issue_late_seconds",
        GAUGE,
        ("edition",),
        "For how long an issue has been due of which nothing has gone; 0: none",
    ),
    Metric("digest_issue_sending", GAUGE, ("edition",), "Issues that are on their way"),
    Metric(
        "digest_issue_last_sent_timestamp_seconds",
        GAUGE,
        ("edition",),
        "When an issue of the edition was last sent in full",
    ),
    Metric(
        "digest_deliveries",
        GAUGE,
        ("edition", "state"),
        "Deliveries of each edition's newest issue that went, and of all on their way",
    ),
    Metric(
        "digest_deliveries_in_doubt",
        GAUGE,
        ("edition",),
        "Deliveries of any issue whose outcome nobody knows",
    ),
    Metric(
        "digest_complaint_ratio",
        GAUGE,
        ("edition",),
        "Of the mails that digest_deliveries tells of and that were accepted: called spam",
    ),
    Metric("digest_bounce_ratio", GAUGE, ("edition",), "The same: came back, or dropped"),
    Metric("digest_batches", GAUGE, ("state",), "Batches: due, later, claimed, in_doubt"),
    Metric(
        "digest_batch_age_seconds",
        GAUGE,
        ("state",),
        "For how long the oldest due batch has waited, and a claimed one is past its lease",
    ),
    Metric("digest_route_failing", GAUGE, ("route",), "1: the route's provider cannot be used"),
    Metric(
        "digest_pulse_timestamp_seconds",
        GAUGE,
        ("job",),
        "When any process last did the job: tick, gather, worker, hooks or backup",
    ),
    Metric("digest_schedulers", GAUGE, (), "Processes that ticked within the last two minutes"),
    Metric("digest_alerts", GAUGE, ("kind",), "Alerts that stand"),
    Metric("digest_clock_ahead_seconds", GAUGE, (), "This machine's clock before the database's"),
    Metric("digest_database_bytes", GAUGE, (), "Size of the database"),
    Metric("digest_database_connections", GAUGE, ("state",), "Of this process: in_use, idle"),
    Metric("digest_disk_free_bytes", GAUGE, ("folder",), "Free space: database, outbox"),
    Metric("digest_facts_seconds", GAUGE, (), "How long the database took to tell all of this"),
    Metric("digest_up", GAUGE, (), "1: the database could be asked"),
)

METRICS = (*COUNTED, *FACTS)
