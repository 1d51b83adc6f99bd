"""Counts for Prometheus: the only place that knows its client."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from digest.watch.meter import Meter
from digest.watch.metrics import COUNTED, FACTS, Kind
from digest.watch.vitals import Vitals

#: label values → number, by the metric's name
Facts = Mapping[str, Mapping[tuple[str, ...], float]]

#: what ``Prometheus.text`` gives
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _Facts(Collector):
    """Asks at each scrape."""

    def __init__(self, ask: Callable[[], Facts]) -> None:
        self._ask = ask

    def describe(self) -> Iterable[Metric]:
        """Nothing: or it would be asked as it is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """One family a metric."""
        told = self._ask()
        for one in FACTS:
            family = GaugeMetricFamily(one.name, one.told, labels=one.labels)
            for labels, value in told.get(one.name, {}).items():
                family.add_metric(labels, value)
            yield family


class Prometheus(Meter):
    """Counts in this process, and has ``facts`` told at each scrape."""

    def __init__(
        self, vitals: Vitals, done: Callable[[str], None], facts: Callable[[], Facts]
    ) -> None:
        super().__init__(vitals, done)
        # When a counter began says nothing that process_start_time_seconds does not.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry(auto_describe=False)
        self._counters: dict[str, Counter] = {}
        self._histograms: dict[str, Histogram] = {}
        for one in COUNTED:
            if one.kind is Kind.COUNTER:
                made = Counter(one.name, one.told, one.labels, registry=self._registry)
                self._counters[one.name] = made
            else:
                self._histograms[one.name] = Histogram(
                    one.name, one.told, one.labels, registry=self._registry, buckets=one.buckets
                )
        ProcessCollector(registry=self._registry)
        self._registry.register(_Facts(facts))

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self._registry)

    def _count(self, name: str, *labels: str, by: float = 1) -> None:
        self._counters[name].labels(*labels).inc(by)

    def _time(self, name: str, value: float, *labels: str) -> None:
        found = self._histograms[name]
        (found.labels(*labels) if labels else found).observe(value)

    def polled(self, source: str, result: str, seconds: float) -> None:
        """Count."""
        self._time("digest_source_poll_seconds", seconds, source, result)
        self._counters["digest_source_failures"].labels(source).inc(result == "failed")

    def composed(self, edition: str, seconds: float) -> None:
        """Count."""
        self._time("digest_compose_seconds", seconds, edition)

    def ticked(self, seconds: float) -> None:
        """Count."""
        self._time("digest_tick_seconds", seconds)

    def mailed(self, edition: str, octets: int) -> None:
        """Count."""
        self._time("digest_issue_bytes", octets, edition)

    def requested(self, route: str, code: str, seconds: float) -> None:
        """Count."""
        self._count("digest_provider_requests", route, code)
        self._time("digest_provider_seconds", seconds, route)

    def refused(self, route: str, error: str) -> None:
        """Count."""
        self._count("digest_provider_failures", route, error)

    def handed_over(self, route: str, state: str) -> None:
        """Count."""
        self._count("digest_messages", route, state)

    def posted(self, hook: str, result: str) -> None:
        """Count."""
        self._count("digest_hook_posts", hook, result)

    def heard(self, hook: str, result: str, count: int) -> None:
        """Count."""
        self._count("digest_hook_events", hook, result, by=count)

    def lagged(self, hook: str, seconds: float) -> None:
        """Count."""
        self._time("digest_hook_lag_seconds", seconds, hook)

    def left(self, seconds: float) -> None:
        """Count."""
        self._time("digest_unsubscribe_seconds", seconds)

    def logged(self, event: str, level: str) -> None:
        """Count."""
        self._count("digest_log_lines", event, level)

    def replaced(self, worker: str, reason: str) -> None:
        """Count."""
        self._count("digest_worker_restarts", worker, reason)

    def asked(self, seconds: float) -> None:
        """Count."""
        self._time("digest_database_statement_seconds", seconds)
