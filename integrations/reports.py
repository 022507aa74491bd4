"""Numbers about background jobs for those who watch the machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily

from integrations.models import AsyncAction

_OPEN = (AsyncAction.Status.ENQUEUED, AsyncAction.Status.IN_PROGRESS)


def waiting_actions(now: datetime) -> Iterator[GaugeMetricFamily]:
    """`fanfare_async_actions` by status: jobs that wait or run (one query)."""
    counts = dict.fromkeys(_OPEN, 0)
    rows = AsyncAction.objects.filter(status__in=_OPEN).values_list("status").annotate(Count("pk"))
    counts.update(dict(rows))
    gauge = GaugeMetricFamily("fanfare_async_actions", "Background jobs not finished.", labels=["status"])
    for status, count in counts.items():
        gauge.add_metric([str(status).lower()], count)
    yield gauge
