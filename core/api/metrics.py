"""Numbers for Prometheus: what this process answered, and what waits in the database.

Counters live in the process. With several web processes set PROMETHEUS_MULTIPROC_DIR to an empty directory:
they then share their numbers through files there, and any of them prints the sum. The gauges are read from
the database at each scrape, so every process prints the same.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from core import health, periodic_standings
from core.api import channel_meter
from core.models import EventDelivery, Heartbeat, OutboxEvent
from core.services import audit_verification

Collect = Callable[[datetime], Iterable[Metric]]

_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_OURS: Final = CollectorRegistry()
_requests: Final = Counter(
    "fanfare_http_requests", "Answers given.", ["method", "route", "status"], registry=_OURS
)
_seconds: Final = Histogram(
    "fanfare_http_request_duration_seconds",
    "Time from request to answer.",
    ["method", "route"],
    registry=_OURS,
)


class MetricsMiddleware:
    """Counts each answer under the pattern of its route, not under its path: ids make endless series."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        method = request.method if request.method in _METHODS else "OTHER"
        route = request.resolver_match.route if request.resolver_match else "other"
        seconds = time.perf_counter() - began
        _requests.labels(method, route, str(response.status_code)).inc()
        _seconds.labels(method, route).observe(seconds)
        channel_meter.note(request, response, seconds)
        return response


def render(*, now: datetime, more: Sequence[Collect] = ()) -> bytes:
    """All numbers in Prometheus' text format. `more` adds gauges of the floors above."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
    else:
        registry.register(_OURS)  # type: ignore[arg-type]
    registry.register(_Gauges([waiting, *more], now))
    return generate_latest(registry)


class _Gauges:
    """Gauges for one scrape."""

    def __init__(self, collectors: Sequence[Collect], now: datetime) -> None:
        self.collectors, self.now = collectors, now

    def collect(self) -> Iterator[Metric]:
        for collector in self.collectors:
            yield from collector(self.now)


def waiting(now: datetime) -> Iterator[Metric]:
    """The outbox and the signs of life."""
    lag = health.dispatcher_lag(now=now).total_seconds()
    yield GaugeMetricFamily(
        "fanfare_dispatcher_lag_seconds", "Age of the oldest event not dispatched.", value=lag
    )
    events = OutboxEvent.objects.filter(dispatched_at=None).count()
    yield GaugeMetricFamily("fanfare_outbox_waiting", "Events not dispatched.", value=events)
    by_status = dict.fromkeys((EventDelivery.Status.PENDING, EventDelivery.Status.PARKED), 0)
    open_rows = EventDelivery.objects.filter(status__in=by_status).values_list("status").annotate(Count("pk"))
    by_status.update(dict(open_rows))
    deliveries = GaugeMetricFamily("fanfare_event_deliveries", "Deliveries not done.", labels=["status"])
    for status, count in by_status.items():
        deliveries.add_metric([str(status).lower()], count)
    yield deliveries
    ages = GaugeMetricFamily(
        "fanfare_heartbeat_age_seconds", "Time since a process gave a sign.", labels=["process"]
    )
    for name, at in Heartbeat.objects.order_by("name").values_list("name", "at"):
        ages.add_metric([name], (now - at).total_seconds())
    yield ages
    yield from periodic_standings.gauges(now)
    yield from _audit(now)


def _audit(now: datetime) -> Iterator[Metric]:
    """What the last verification of the seals found, and when; the first is 1 before there was one."""
    last = audit_verification.last()
    is_ok = last is None or last.is_whole
    yield GaugeMetricFamily("fanfare_audit_ok", "1: sealed rows say what they said.", value=int(is_ok))
    if last is not None:
        age = (now - last.started_at).total_seconds()
        yield GaugeMetricFamily("fanfare_audit_age_seconds", "Time since seals were verified.", value=age)
